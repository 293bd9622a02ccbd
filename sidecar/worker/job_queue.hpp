// The jobs that wait for a worker, and which of them travel together. No I/O and no clock.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "worker/job.hpp"

namespace telltale {

/// No more runs travel together: the loop writes them down, and takes in what they found, in one turn, for which a
/// request has to wait.
inline constexpr std::size_t most_in_batch = 128;

/// Quick jobs share a batch as long as the time they probably need together stays below one slice. Jobs known to be
/// slow, and name lookups, travel alone and behind the quick ones: a hung mount delays nothing but its own checks.
/// Jobs of a task whose last run is just being killed wait until that worker is dead, or stuck.
class job_queue {
 public:
  using time_point = loop_clock::time_point;

  /// `max_bytes` bounds the items of one message.
  job_queue(std::chrono::nanoseconds slice, std::size_t max_bytes) : slice_(slice), max_bytes_(max_bytes) {}

  void push_back(job);
  /// Puts jobs that had been given to a worker back in front, in their order.
  void push_front(std::vector<job>);

  bool empty() const { return quick_.empty() && slow_.empty() && held_.empty(); }
  bool is_slow(const job&) const;

  /// The next batch, empty when there is none; slow jobs only when `slow_allowed`.
  std::vector<job> take(bool slow_allowed);
  /// How many batches there are to do at the same time: of slow jobs, and of all quick ones. `most_in_batch` does not
  /// count: one worker is soon done with many.
  std::size_t slow_batches() const { return slow_.size(); }
  std::size_t quick_batches() const;
  /// When the first of the quick jobs was submitted; time_point::max() when there is none.
  time_point quick_since() const { return quick_.empty() ? time_point::max() : quick_.front().submitted; }

  /// The jobs that have waited as long as their timeout.
  std::vector<job> take_expired(time_point now);
  /// When the next job expires; time_point::max() when there is none.
  time_point next_expiry() const;
  /// All jobs of a task, e.g. because it is stuck.
  std::vector<job> take_of(const task&);
  std::vector<job> take_all();
  /// The task's last worker is dead: its jobs may go.
  void release(const task&);

 private:
  /// What a batch comes to.
  struct load {
    std::chrono::nanoseconds sum{0};
    std::size_t bytes = 0;
    void add(const job&);
  };
  /// The first job of a batch always does.
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
