// The program's view of the jobs one worker is busy with. No I/O and no clock: time is passed in.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "worker/job.hpp"

namespace telltale {

/// Jobs are done in order; the first one left is the current one. Why a job that was taken away here can never be
/// begun by the worker as well is shown in docs/decisions/003-batches-and-single-flight.md.
class batch {
 public:
  using time_point = loop_clock::time_point;

  /// `jobs` is not empty; `sent` is the moment that was written into the message.
  batch(std::uint64_t number, std::vector<job> jobs, time_point sent, std::chrono::nanoseconds slice);

  std::uint64_t number() const { return number_; }
  bool empty() const { return jobs_.empty(); }
  bool has_rest() const { return jobs_.size() > 1; }
  const job& current() const { return jobs_.front(); }
  const std::deque<job>& jobs() const { return jobs_; }
  /// When the current job began, as far as the program can tell: never earlier than it really did.
  time_point current_since() const { return since_; }
  time_point slice_end() const { return since_ + slice_; }
  time_point deadline() const { return since_ + current().timeout + extension_; }

  /// The loop itself was away for `late`, so the worker may have been as well: gives the current job that time again,
  /// once. False when it was given already.
  bool extend(std::chrono::nanoseconds late);

  /// The current job, answered. Nothing when `number` is not the current job: the worker broke the protocol.
  std::optional<job> finish(std::uint64_t number, time_point now);
  /// The jobs behind the current one.
  std::vector<job> take_rest();
  /// Everything left, when the worker says that it stopped. Nothing when it has not answered a single job: a worker
  /// always runs the first one, so the protocol is broken - and the jobs could go round for ever.
  std::optional<std::vector<job>> yield();
  std::vector<job> take_all();
  /// The current job, to be answered without the worker.
  job abandon_current();

 private:
  std::uint64_t number_;
  std::deque<job> jobs_;
  time_point since_;
  std::chrono::nanoseconds slice_;
  std::chrono::nanoseconds extension_{0};
  bool answered_ = false;
};

/// The worker's half of the rule: asked after each answer was sent, `true` means: tell the program and stop.
/// `since` is `sent` for the first job, then the moment before the previous answer was sent; `now` is read after the
/// answer was sent. A batch of quick jobs that is long in sum is given back as well, after four slices, so that the
/// jobs at its end can go to another worker.
bool worker_must_yield(loop_clock::time_point since, loop_clock::time_point sent, loop_clock::time_point now,
                       std::chrono::nanoseconds slice);

}  // namespace telltale
