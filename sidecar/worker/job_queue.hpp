// Queues jobs for workers and groups them into batches. Does no I/O and reads no clock.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "worker/job.hpp"

namespace telltale {

/// Upper bound of a batch. The event loop encodes a batch and reads its results in one iteration, and requests wait
/// during it.
inline constexpr std::size_t max_in_batch = 128;

/// Quick jobs share a batch while their expected durations add up to less than one slice. Slow jobs and name lookups
/// get a batch of their own behind the quick ones, so a hung mount delays only its own checks. Jobs of a task whose
/// worker was killed wait until that worker has ended or is stuck.
class job_queue {
 public:
  using time_point = loop_clock::time_point;

  /// `max_bytes` limits the encoded jobs of one message.
  job_queue(std::chrono::nanoseconds slice, std::size_t max_bytes) : slice_(slice), max_bytes_(max_bytes) {}

  void push_back(job);
  /// Returns jobs that were assigned to a worker to the front of the queue, in order.
  void push_front(std::vector<job>);

  bool empty() const { return quick_.empty() && slow_.empty() && held_.empty(); }
  bool is_slow(const job&) const;

  /// Takes the next batch; empty when there is none. Takes slow jobs only when `slow_allowed`.
  std::vector<job> take(bool slow_allowed);
  /// Number of batches that can run in parallel: of slow jobs, and of all quick jobs. `max_in_batch` does not count,
  /// because one worker finishes many quick jobs soon.
  std::size_t slow_batches() const { return slow_.size(); }
  std::size_t quick_batches() const;
  /// When the first quick job was submitted; time_point::max() when there is none.
  time_point quick_since() const { return quick_.empty() ? time_point::max() : quick_.front().submitted; }

  /// Takes the jobs that have waited as long as their timeout.
  std::vector<job> take_expired(time_point now);
  /// When the next job expires; time_point::max() when there is none.
  time_point next_expiry() const;
  /// Takes all jobs of a task, e.g. because the task is stuck.
  std::vector<job> take_task(const task&);
  std::vector<job> take_all();
  /// Releases the held jobs of a task after its last killed worker has ended.
  void release(const task&);

 private:
  struct load {
    std::chrono::nanoseconds sum{0};
    std::size_t bytes = 0;
    void add(const job&);
  };
  /// The first job of a batch always fits.
  bool fits(load batch, const job& next) const;
  std::deque<job>& queue_for(const job&);
  template <class Predicate>
  std::vector<job> take_if(Predicate);

  std::chrono::nanoseconds slice_;
  std::size_t max_bytes_;
  std::deque<job> quick_;
  std::deque<job> slow_;
  std::deque<job> held_;
};

}  // namespace telltale
