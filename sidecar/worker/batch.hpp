// The program's view of the jobs one worker is busy with. No I/O and no clock: time is passed in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "worker/job.hpp"

namespace telltale {

/// Jobs are done in order; the first one left is the current one. Why a job that was taken away here can never be
/// begun by the worker as well is shown in docs/decisions/003-batches-and-single-flight.md.
class batch {
 public:
  using time_point = loop_clock::time_point;

  /// `jobs` is not empty; `sent` is when the first of them counts as begun.
  batch(std::uint64_t number, std::vector<job> jobs, time_point sent, std::chrono::nanoseconds slice);

  std::uint64_t number() const { return number_; }
  bool empty() const { return done_ == jobs_.size(); }
  bool has_rest() const { return jobs_.size() - done_ > 1; }
  const job& current() const { return jobs_[done_]; }
  /// When the current job began, as far as the program can tell.
  time_point current_since() const { return since_; }
  time_point slice_end() const { return since_ + slice_; }
  time_point deadline() const { return since_ + current().timeout + extension_; }
  /// When a look at it may have consequences.
  time_point look_due() const { return has_rest() ? std::min(slice_end(), deadline()) : deadline(); }
  /// A batch of quick jobs that is long in sum: from now on those at its end should go to other workers.
  time_point too_long_from() const { return sent_ + 4 * slice_; }

  /// The loop itself was away for `late`, so the worker may have been as well: gives the current job that time again,
  /// once. False when it was given already.
  bool extend(std::chrono::nanoseconds late);

  /// The current job, answered; the next one begins at `ended` at the earliest, and is not believed to have begun
  /// before or in the future. Nothing when `number` is not the current job: the worker broke the protocol.
  std::optional<job> finish(std::uint64_t number, time_point ended, time_point now);
  /// The jobs that have not begun, when `begun` of all have and no further one will. Nothing when that cannot be.
  std::optional<std::vector<job>> take_unbegun(std::size_t begun);
  std::vector<job> take_all();
  /// The current job, to be answered without the worker.
  job abandon_current();

 private:
  std::vector<job> take_from(std::size_t index);

  std::uint64_t number_;
  std::vector<job> jobs_;  ///< those before `done_` are gone
  std::size_t done_ = 0;
  time_point sent_;
  time_point since_;
  std::chrono::nanoseconds slice_;
  std::chrono::nanoseconds extension_{0};
};

}  // namespace telltale
