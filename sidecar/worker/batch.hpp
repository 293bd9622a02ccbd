// Tracks the jobs of one busy worker. Does no I/O and reads no clock: time is passed in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "worker/job.hpp"

namespace telltale {

/// Jobs run in order; the first remaining job is the current one. docs/decisions/003-batches-and-single-flight.md shows
/// why a job that was taken back can never begin in the worker.
class batch {
 public:
  using time_point = loop_clock::time_point;

  /// `jobs` is not empty. The first job counts as begun at `sent`.
  batch(std::uint64_t number, std::vector<job> jobs, time_point sent, std::chrono::nanoseconds slice);

  std::uint64_t number() const { return number_; }
  bool empty() const { return done_ == jobs_.size(); }
  bool has_rest() const { return jobs_.size() - done_ > 1; }
  const job& current() const { return jobs_[done_]; }
  /// When the current job began, as far as the program can tell.
  time_point current_since() const { return since_; }
  time_point slice_end() const { return since_ + slice_; }
  time_point deadline() const { return since_ + current().timeout + extension_; }
  /// When the batch must be checked: its slice or its deadline has passed.
  time_point look_due() const { return has_rest() ? std::min(slice_end(), deadline()) : deadline(); }
  /// From this time on, the last jobs of the batch are given to other workers: all are quick, but their sum is long.
  time_point too_long_from() const { return sent_ + 4 * slice_; }

  /// Extends the deadline of the current job by `late`, because a stalled loop may mean a stalled worker. Works once
  /// per job; false afterwards.
  bool extend(std::chrono::nanoseconds late);

  /// Removes and returns the finished current job. The next job begins at `ended`, limited to the time between the
  /// start of the current job and `now`. Returns nothing when `number` is not the current job, which is a protocol
  /// error.
  std::optional<job> finish(std::uint64_t number, time_point ended, time_point now);
  /// Removes the jobs that have not begun, given that `begun` jobs have. Returns nothing when that number is
  /// impossible.
  std::optional<std::vector<job>> take_unbegun(std::size_t begun);
  std::vector<job> take_all();
  /// Removes the current job, which the worker will not complete.
  job abandon_current();

 private:
  std::vector<job> take_from(std::size_t index);

  std::uint64_t number_;
  std::vector<job> jobs_;  ///< those before `done_` have been moved out
  std::size_t done_ = 0;
  time_point sent_;
  time_point since_;
  std::chrono::nanoseconds slice_;
  std::chrono::nanoseconds extension_{0};
};

}  // namespace telltale
