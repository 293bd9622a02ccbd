// One worker of the pool, from its start to its end. Does no I/O of its own and reads no clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/exit_status.hpp"
#include "worker/job_queue.hpp"
#include "worker/messages.hpp"
#include "worker/worker_pool.hpp"
#include "worker/worker_process.hpp"

namespace telltale {

enum class worker_state : std::uint8_t {
  starting,  ///< has not reported that it is ready
  idle,
  busy,
  retiring,  ///< gets no further job; it should exit by itself
  ending,    ///< killed, or exited and not collected yet
  stuck,     ///< killed, and still running after the grace period
};

/// What a worker has done with its jobs, and what became of it.
struct worker_news {
  std::vector<job_ptr> done;      ///< answered or failed
  std::vector<job_ptr> returned;  ///< it will never begin these
  bool ready = false;
  std::string refused;      ///< with `ready`: the restrictions that the kernel refused
  std::string start_error;  ///< not empty: the process could not become a worker
  std::size_t crashed = 0;
  std::size_t killed = 0;
};

/// It gets jobs in groups and does them in order; the first is the current one. The jobs behind one that takes longer
/// than a slice are taken back. At its deadline the worker is killed. Each step adds to the news.
class worker {
 public:
  using time_point = loop_clock::time_point;

  /// The options outlive the worker.
  worker(std::unique_ptr<worker_process>, const worker_pool_options&, time_point now);

  /// Gives jobs, which are not empty, to a worker that is idle or `takes_more`. Those that the socket does not hold are
  /// returned.
  void assign(std::vector<job_ptr>, bool slow, time_point now, worker_news&);
  /// Reads its answers, and collects the process if it has ended.
  void on_event(time_point now, worker_news&);
  /// Enforces its time limits; due at `due()`.
  void on_time(time_point now, worker_news&);
  time_point due() const;
  void retire(time_point now);
  /// Kills it, because the program stops; all its jobs are returned.
  void stop(time_point now, worker_news&);

  worker_state state() const { return state_; }
  time_point since() const { return since_; }
  bool was_ready() const { return was_ready_; }
  bool has_ended() const { return ended_; }
  /// Whether further quick jobs may wait behind those that it has.
  bool takes_more(time_point now) const { return has_quick_job() && now < std::min(slice_end(), since_ + slice_); }
  worker_load load() const;
  bool has_slow_job() const { return state_ == worker_state::busy && slow_; }
  /// When it should have ended its current quick job.
  time_point slice_end() const { return current_since_ + slice_; }
  bool has_quick_job() const { return state_ == worker_state::busy && !slow_; }
  /// The task in whose job it died or was killed.
  const std::shared_ptr<task>& last_task() const { return jobs_.empty() ? last_task_ : jobs_.front()->task; }

 private:
  bool listens() const {
    return state_ == worker_state::starting || state_ == worker_state::idle || state_ == worker_state::busy;
  }
  void enter(worker_state, time_point now);
  bool send(std::vector<job_ptr>&);
  void read(time_point now, worker_news&);
  void on_answer(const wire::answer_packet&, time_point now, worker_news&);
  time_point deadline() const { return current_since_ + jobs_.front()->timeout + extension_; }
  time_point overrun() const { return std::min(slice_end(), deadline()); }
  void check_busy(time_point now, worker_news&);
  void take_back(time_point now, worker_news&);
  void on_nothing_received(std::vector<job_ptr>, time_point now, worker_news&);
  std::vector<job_ptr> take_unreceived();
  void on_timeout(time_point now, worker_news&);
  void on_protocol_error(time_point now, worker_news&);
  void on_disconnect(std::string kill_reason, time_point now, worker_news&);
  void end(time_point now, worker_news&);
  void on_grace_expired(time_point now, worker_news&);
  void on_exit(const exit_status&, time_point now, worker_news&);
  void fail_current(std::string sentence, worker_news&);

  std::unique_ptr<worker_process> process_;
  const worker_pool_options& options_;
  worker_state state_ = worker_state::starting;
  time_point since_;  ///< when it entered this state
  bool was_ready_ = false;
  bool ended_ = false;

  std::deque<job_ptr> jobs_;  ///< that it may have received, in order
  bool slow_ = false;         ///< its only job is slow
  time_point current_since_;  ///< when the current job began, as far as the program can tell
  std::chrono::nanoseconds slice_{0};
  std::chrono::nanoseconds extension_{0};  ///< of the current job's deadline

  std::shared_ptr<task> last_task_;
  std::string kill_reason_;  ///< empty: it exited by itself
  bool killed_ = true;       ///< false while it is expected to exit by itself
};

}  // namespace telltale
