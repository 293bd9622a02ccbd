// Queues jobs for workers and groups them. Does no I/O and reads no clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "worker/job.hpp"

namespace telltale {

/// Jobs that a worker gets at once. The event loop sends them and reads their answers in one iteration, and requests
/// wait during it.
inline constexpr std::size_t max_in_group = 128;

/// What a worker has to do.
struct worker_load {
  std::size_t jobs = 0;
  std::chrono::nanoseconds expected{0};
};

/// Quick jobs share a group while their expected durations add up to less than one slice. Slow jobs get a worker of
/// their own, after the quick ones, so a hung mount delays only its own checks. Jobs of a task whose worker was killed
/// wait until that worker has ended.
class job_queue {
 public:
  using time_point = loop_clock::time_point;

  explicit job_queue(std::chrono::nanoseconds slice) : slice_(slice) {}

  void push_back(job_ptr);
  /// Returns jobs that a worker did not begin to the front, in order.
  void push_front(std::vector<job_ptr>);

  /// Takes jobs for one worker; empty when there are none that fit. Takes a slow job only when `slow_allowed`, for a
  /// worker that has nothing to do.
  std::vector<job_ptr> take_group(bool slow_allowed, worker_load before = {});
  std::vector<job_ptr> take_if(const std::function<bool(const job&)>&);

  bool empty() const { return jobs_.empty(); }
  bool is_slow(const job& j) const { return j.task->slow || j.task->expected() >= slice_; }

  struct demand {
    std::size_t slow_jobs = 0;
    /// Groups that can run in parallel. `max_in_group` does not count, because one worker soon ends many quick jobs.
    std::size_t quick_groups = 0;
    time_point quick_since = time_point::max();  ///< when the oldest quick job was submitted
    time_point next_expiry = time_point::max();  ///< when the first job will have waited as long as its timeout
  };
  demand waiting() const;

 private:
  std::chrono::nanoseconds slice_;
  std::deque<job_ptr> jobs_;
};

}  // namespace telltale
