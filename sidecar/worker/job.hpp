// A piece of work for a worker, and what the pool knows about jobs with the same target.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <telltale/reason.hpp>

namespace telltale {

using loop_clock = std::chrono::steady_clock;

/// Jobs with the same target, such as all runs of one check. Shared by its jobs and by the workers that ran one, so it
/// outlives its removal.
struct task {
  std::string definition;      ///< tasks with the same definition have the same target
  bool slow = false;           ///< its jobs never share a worker with other jobs
  std::size_t max_ending = 1;  ///< no job begins while this many workers that began one are ending

  std::size_t ending = 0;  ///< workers that were killed or died in one of its jobs and still exist
  std::size_t stuck = 0;   ///< those of them that cannot be killed
  std::optional<loop_clock::time_point> stuck_since;  ///< start time of a job that hangs in the kernel

  bool may_begin() const { return ending < max_ending; }
  bool is_stuck() const { return stuck >= max_ending; }

  /// Expected duration of the next job. A task becomes slow after two slow jobs in a row: one outlier does not start an
  /// extra worker.
  std::chrono::nanoseconds expected() const { return std::min(last_, before_last_); }
  void record_duration(std::chrono::nanoseconds span) { before_last_ = std::exchange(last_, span); }
  void record_overrun(std::chrono::nanoseconds span) { last_ = before_last_ = span; }

 private:
  std::chrono::nanoseconds last_{0};
  std::chrono::nanoseconds before_last_{0};
};

struct job_times {
  std::chrono::nanoseconds waited{0};    ///< from submission until a worker began the job
  std::chrono::nanoseconds duration{0};  ///< from then until its end
  std::chrono::nanoseconds age{0};       ///< since its end
};

/// The pool moves the payload to a worker and the worker's answer back, without knowing either. A derived class gives
/// them their meaning.
struct job {
  job(std::shared_ptr<telltale::task> of, std::chrono::nanoseconds longest, std::string bytes)
      : task(std::move(of)), timeout(longest), payload(std::move(bytes)) {}
  virtual ~job() = default;
  job(const job&) = delete;
  job& operator=(const job&) = delete;

  /// Stores the answer. False when it is malformed, which is a protocol error.
  virtual bool answered(std::string_view answer, const job_times&) = 0;
  /// Stores why there is no answer.
  virtual void failed(reason, std::string sentence, const job_times&) = 0;
  /// Passes on what was stored. Called once, from the event loop; may destroy the pool.
  virtual void deliver() = 0;

  std::shared_ptr<telltale::task> task;
  std::chrono::nanoseconds timeout;  ///< of the waiting time and, separately, of the time in a worker
  std::string payload;

  // Set by the pool:
  std::uint64_t number = 0;
  loop_clock::time_point submitted;
  std::chrono::nanoseconds min_expected{0};  ///< set after an earlier job of its group took too long
  int times_overtaken = 0;                   ///< groups in which an earlier job took too long
  int failed_deliveries = 0;                 ///< workers that ended before they received it

  std::chrono::nanoseconds expected() const { return std::max(task->expected(), min_expected); }
  loop_clock::time_point wait_limit() const { return submitted + timeout; }
};

using job_ptr = std::unique_ptr<job>;

}  // namespace telltale
