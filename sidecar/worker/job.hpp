// One run of a check or one name lookup, as the pool tracks it.
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

#include "worker/worker_pool.hpp"

namespace telltale {

using loop_clock = std::chrono::steady_clock;

/// The pool's state of one check. Shared by the pool's table and by jobs, so that a removed task outlives its runs.
struct task {
  std::uint64_t number = 0;                           ///< never used twice, unlike task_id
  std::string definition;                             ///< the encoded `define` message
  std::string refusal;                                ///< not empty: why the task cannot be sent to a worker
  std::size_t dying = 0;                              ///< killed workers that ran this task and have not ended yet
  std::optional<loop_clock::time_point> stuck_since;  ///< start time of the run that hangs in the kernel

  /// The definitions differ only in the task number, which follows the byte with the message type.
  bool same_as(const task& other) const {
    constexpr std::size_t skip = 1 + sizeof number;
    return std::string_view(definition).substr(skip) == std::string_view(other.definition).substr(skip);
  }

  /// Expected duration of the next run. A task becomes slow after two slow runs in a row: one outlier does not start an
  /// extra worker.
  std::chrono::nanoseconds expected() const { return std::min(last_, before_last_); }
  void record_duration(std::chrono::nanoseconds span) { before_last_ = std::exchange(last_, span); }
  void record_overrun(std::chrono::nanoseconds span) { last_ = before_last_ = span; }

 private:
  std::chrono::nanoseconds last_{0};
  std::chrono::nanoseconds before_last_{0};
};

struct lookup_request {
  std::string host;
  std::uint16_t port = 0;
  worker_pool::resolve_done done;
};

struct job {
  std::uint64_t number = 0;
  std::chrono::nanoseconds timeout{0};
  loop_clock::time_point submitted;

  std::shared_ptr<telltale::task> task;  ///< set for a run
  run_input input;
  worker_pool::run_done run_done;

  std::unique_ptr<lookup_request> name;  ///< set for a lookup

  std::size_t wire_size = 0;  ///< bytes of this job in a batch message
  int failed_deliveries = 0;  ///< workers that had ended when the job was sent
  int times_overtaken = 0;    ///< batches in which an earlier job exceeded the slice

  std::chrono::nanoseconds min_expected{0};  ///< set after a batch that took too long

  std::chrono::nanoseconds expected() const { return std::max(task->expected(), min_expected); }
  bool is_lookup() const { return name != nullptr; }
  loop_clock::time_point wait_limit() const { return submitted + timeout; }
};

}  // namespace telltale
