// Runs blocking checks and name lookups in child processes, so that nothing they do can hold or bring down the program.
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
  std::string program = "/proc/self/exe";  ///< re-executed as `program worker`
  std::size_t max_workers = 16;            ///< stuck ones do not count; twice as many while checks begin to hang
  std::chrono::milliseconds idle_timeout{30'000};  ///< one idle worker is always kept
  std::chrono::milliseconds slice{25};             ///< a job that takes longer gives the rest of its batch away
  std::chrono::milliseconds kill_grace{200};       ///< from SIGKILL to "stuck"
  std::chrono::milliseconds start_limit{10'000};   ///< from starting the program until it says that it is a worker
  /// What checks see as the program's start (`probe_context::started_at`).
  std::chrono::system_clock::time_point started_at = std::chrono::system_clock::now();
  std::function<void(pid_t)> kill;  ///< replaces SIGKILL; only for tests, which cannot make an unkillable process
};

/// Lives on the io_context's only thread; nothing here is thread-safe, nothing blocks. Destroying it kills the workers
/// without waiting and drops the callbacks.
class worker_pool {
 public:
  using task_id = std::size_t;
  using run_done = std::function<void(run_report)>;
  using resolve_done = std::function<void(resolution)>;

  virtual ~worker_pool() = default;

  virtual task_id add(worker_task) = 0;
  /// Forgets a task once its runs have ended; its id may be used again.
  virtual void remove(task_id) = 0;

  /// Runs the task once. `done` is called exactly once, from the loop or `collect`, never from inside `run`, and must
  /// not throw: with the outcome, or with `fail timeout`, `crashed` or `stuck`. The time limit counts from when a
  /// worker begins, and separately bounds the waiting. Runs submitted in one turn of the loop travel together. While a
  /// worker is stuck in this task, a further run answers `fail stuck` with the age at once and starts nothing.
  virtual void run(task_id, std::chrono::milliseconds timeout, run_input, run_done done) = 0;

  /// getaddrinfo in a worker. `done` is called exactly once, from the loop.
  virtual void resolve(std::string host, std::uint16_t port, std::chrono::milliseconds timeout, resolve_done done) = 0;

  /// Takes in what runs have found by now that was no news, and calls their `done` before it returns. Costs next to
  /// nothing when there is nothing. Must not be called from a `done`.
  virtual void collect() = 0;

  virtual worker_counts counts() const = 0;

  /// Kills every worker; further runs answer `fail internal`. For shutdown: does not wait for stuck ones.
  virtual void stop() = 0;
};

/// The thread that runs the loop must live as long as the program: workers die with it (PR_SET_PDEATHSIG).
std::unique_ptr<worker_pool> make_worker_pool(boost::asio::io_context&, worker_pool_options = {});

/// The name_resolver of async checks over a pool: numeric addresses at once, names in a worker, one lookup per name at
/// a time. The last good addresses are kept for as long as the program runs; they are given, flagged `remembered`, when
/// a lookup fails, or after half of the time when it is slow. The pool must outlive it.
std::unique_ptr<name_resolver> make_name_resolver(worker_pool&);

}  // namespace telltale
