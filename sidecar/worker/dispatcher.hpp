// Decides which worker gets which job, and which workers are started and retired. Reads no clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "worker/job_queue.hpp"
#include "worker/worker.hpp"

namespace telltale {

/// One worker stays free of slow jobs, so that quick checks run on time when many mounts hang. After each call the
/// owner takes the finished jobs and calls `on_time` at `due`.
class dispatcher {
 public:
  using time_point = loop_clock::time_point;
  using worker_id = std::uint64_t;
  /// Starts a process whose events are reported under this id. Null and an error when it cannot be created.
  using starter = std::function<std::unique_ptr<worker_process>(worker_id, std::error_code&)>;

  dispatcher(const worker_pool_options&, starter);
  ~dispatcher();
  dispatcher(const dispatcher&) = delete;
  dispatcher& operator=(const dispatcher&) = delete;

  /// The task of a worker that has not ended, if it has the same definition, else `made`. A reload may define the same
  /// check again, and its last job may still hang.
  std::shared_ptr<task> shared_task(std::shared_ptr<task> made) const;

  /// Queues a job. Call `dispatch` after the last of several.
  void submit(job_ptr, time_point now);
  /// Gives jobs to workers with quick jobs, then to idle ones, and starts missing ones.
  void dispatch(time_point now);
  /// The worker has sent something or has ended.
  void on_event(worker_id, time_point now);
  void on_time(time_point now);
  /// When `on_time` has to be called; time_point::max(): never. A call that is too early does nothing.
  time_point due(time_point now) const;
  /// Kills all workers and fails all jobs.
  void stop(time_point now);

  /// Removes and returns the jobs that were answered or have failed.
  std::vector<job_ptr> take_done();
  worker_counts counts() const;
  bool stopped() const { return stopped_; }

 private:
  void assign(worker&, std::vector<job_ptr>, time_point now);
  /// Does a step of a worker and acts on its news.
  template <class Step>
  void follow(Step, time_point now);
  void fail(job_ptr, reason, std::string sentence, time_point now);
  void fail_hopeless(time_point now);
  void start_missing(time_point now);
  bool start_one(time_point now);
  void start_failed(const std::string& why, time_point now);
  void retire_idle(time_point now);
  bool slow_allowed() const;
  bool quick_wait(const job_queue::demand&, time_point now) const;
  worker* best_idle();
  std::size_t count(worker_state) const;
  template <class Predicate>
  std::size_t count_if(Predicate) const;

  worker_pool_options options_;
  starter start_;
  job_queue queue_;
  std::map<worker_id, worker> workers_;
  std::vector<job_ptr> done_;
  bool stopped_ = false;

  std::uint64_t next_number_ = 1;  ///< of jobs and workers
  int start_failures_ = 0;         ///< consecutive
  std::string start_error_;        ///< of the last attempt; empty after a success
  time_point next_start_{};
  bool logged_refused_ = false;
  worker_counts totals_;
};

}  // namespace telltale
