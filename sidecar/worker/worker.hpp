// One worker of the pool: its process, its state and the tasks it knows.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "worker/batch.hpp"
#include "worker/job.hpp"
#include "worker/worker_process.hpp"

namespace telltale {

enum class worker_state : std::uint8_t {
  starting,  ///< has not reported that it is ready
  idle,
  busy,
  retiring,  ///< its socket is closed; it should exit by itself
  dying,     ///< killed, or exited and not collected yet
  stuck,     ///< killed, and still running after the grace period
};

/// A timer may expire just after its batch has ended. More than a few such events are the worker's doing.
inline constexpr int max_false_alarms = 100;

struct worker {
  std::uint64_t id = 0;
  std::unique_ptr<worker_process> process;
  worker_state state = worker_state::starting;
  loop_clock::time_point since;  ///< when it entered this state

  std::optional<batch> work;  ///< while busy; while dying, jobs that are decided once the process has ended
  std::size_t read = 0;       ///< bytes of this batch read from the result buffer
  int false_alarms_left = max_false_alarms;  ///< expiries of an unset timer until it is killed; reset with each batch
  std::size_t messages_allowed = 0;          ///< messages it may still send: one per run and those in progress
  bool timer_armed = false;                  ///< its deadline timer expires when this batch takes too long
  bool was_ready = false;                    ///< has reported that it is ready
  bool slow_work = false;                    ///< its batch is a slow job or a lookup
  std::unordered_set<std::uint64_t> tasks;   ///< defined in this worker

  // While dying:
  std::shared_ptr<task> last_task;  ///< the task during which it was killed or died
  loop_clock::time_point last_task_since;
  bool died_in_lookup = false;
  std::string kill_reason;  ///< why it was killed; empty: it exited by itself
  bool broke_protocol = false;
  bool killed = true;  ///< false while it is expected to exit by itself

  bool listens() const {
    return state == worker_state::starting || state == worker_state::idle || state == worker_state::busy;
  }
  bool has_unread_results() const {
    return state == worker_state::busy && !has_lookup() && process->result_buffer().has_results_since(read);
  }
  bool has_lookup() const { return work && !work->empty() && work->current().is_lookup(); }
  void enter(worker_state next, loop_clock::time_point now) {
    state = next;
    since = now;
  }
  /// Sends the jobs, preceded by the definitions of new tasks. On success the worker is busy; when the worker has
  /// exited the jobs are returned. `wake_wanted`: wake the program at the end even when all results are unchanged.
  std::vector<job> assign(std::vector<job>, std::uint64_t batch_number, std::chrono::nanoseconds slice,
                          bool wake_wanted);
  bool forget(std::uint64_t task_number);

 private:
  bool send_lookup(const job&);
  bool send_runs(const std::vector<job>&, std::uint64_t batch_number, bool wake_wanted);
};

}  // namespace telltale
