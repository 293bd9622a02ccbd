// Runs blocking checks and name lookups in child processes, so that they cannot block or crash the program.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <sys/types.h>

#include <boost/asio/io_context.hpp>

#include <telltale/async_check.hpp>

#include "worker/run.hpp"

namespace telltale {

struct worker_pool_options {
  std::string program = "/proc/self/exe";          ///< re-executed as `program worker`
  std::size_t max_workers = 16;                    ///< without stuck ones; doubled while checks begin to hang
  std::chrono::milliseconds idle_timeout{30'000};  ///< one idle worker is always kept
  std::chrono::milliseconds slice{25};             ///< the jobs behind one that takes longer are taken back
  std::chrono::milliseconds kill_grace{200};       ///< from SIGKILL to the state "stuck"
  std::chrono::milliseconds start_limit{10'000};   ///< from starting the process until it is ready
  /// The program's start time that checks see (`probe_context::started_at`).
  std::chrono::system_clock::time_point started_at = std::chrono::system_clock::now();
  std::function<void(pid_t)> kill;  ///< replaces SIGKILL in tests, which cannot create an unkillable process
};

/// Used on the io_context's only thread; not thread-safe, never blocks. The destructor kills the workers without
/// waiting and drops the callbacks.
class worker_pool {
 public:
  using task_id = std::size_t;
  using run_done = std::function<void(run_report)>;
  using resolve_done = std::function<void(resolution)>;

  virtual ~worker_pool() = default;

  virtual task_id add(worker_task) = 0;
  /// Removes a task; its runs in progress still call `done`.
  virtual void remove(task_id) = 0;

  /// Runs the task once. Calls `done` exactly once, from the loop, never from inside `run`, with the outcome or with
  /// `fail timeout`, `crashed` or `stuck`. `done` must not throw. `state` is what earlier runs left. The timeout limits
  /// the waiting time and, separately, the time from the start in a worker. Quick runs submitted in one loop iteration
  /// share a worker and are reported together, at most a slice after they have ended.
  /// While a worker is stuck in this task, further runs fail with `stuck` at once.
  virtual void run(task_id, std::chrono::milliseconds timeout, memory state, run_done done) = 0;

  /// Calls getaddrinfo in a worker. Calls `done` exactly once, from the loop.
  virtual void resolve(std::string host, std::uint16_t port, std::chrono::milliseconds timeout, resolve_done done) = 0;

  virtual worker_counts counts() const = 0;

  /// Kills every worker; further runs fail with `internal`. For shutdown: does not wait for stuck workers.
  virtual void stop() = 0;
};

/// The thread that runs the loop must live as long as the program, because workers exit with it (PR_SET_PDEATHSIG).
std::unique_ptr<worker_pool> make_worker_pool(boost::asio::io_context&, const worker_pool_options& = {});

}  // namespace telltale
