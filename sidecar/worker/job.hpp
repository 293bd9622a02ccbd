// One run of a check, or one name lookup, on its way to a worker and back.
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

/// What the pool knows of one check. Shared by the pool's table and by jobs, so that a removed task outlives its runs.
struct task {
  std::uint64_t number = 0;                           ///< never used twice, unlike task_id
  std::string definition;                             ///< the encoded `define` message
  std::string refusal;                                ///< not empty: why the task cannot be sent to a worker at all
  std::size_t dying = 0;                              ///< workers killed in this task that are not known to be dead
  std::optional<loop_clock::time_point> stuck_since;  ///< when the run began that hangs in the kernel

  /// The definitions differ only in the number, which follows the one byte of the message's kind.
  bool same_as(const task& other) const {
    constexpr std::size_t skip = 1 + sizeof number;
    return std::string_view(definition).substr(skip) == std::string_view(other.definition).substr(skip);
  }

  /// How long the next run will probably take. Two slow runs in a row make a task slow, so that one hiccup of the
  /// machine does not cost an extra worker.
  std::chrono::nanoseconds expected() const { return std::min(last_, before_last_); }
  void took(std::chrono::nanoseconds span) { before_last_ = std::exchange(last_, span); }
  void overran(std::chrono::nanoseconds span) { last_ = before_last_ = span; }

 private:
  std::chrono::nanoseconds last_{0};
  std::chrono::nanoseconds before_last_{0};
};

struct wanted_name {
  std::string host;
  std::uint16_t port = 0;
  worker_pool::resolve_done done;
};

struct job {
  std::uint64_t number = 0;
  std::chrono::nanoseconds timeout{0};
  loop_clock::time_point submitted;

  std::shared_ptr<telltale::task> task;  ///< of a run
  run_input input;
  worker_pool::run_done run_done;

  std::unique_ptr<wanted_name> name;  ///< of a lookup

  std::size_t wire_size = 0;  ///< bytes it takes in a batch message
  int failed_deliveries = 0;  ///< workers that were found dead when it was sent to them
  int overtaken = 0;          ///< batches it was in whose current job took longer than a slice

  std::chrono::nanoseconds expect_at_least{0};  ///< it was in a batch that took too long

  std::chrono::nanoseconds expected() const { return std::max(task->expected(), expect_at_least); }
  bool is_lookup() const { return name != nullptr; }
  loop_clock::time_point wait_limit() const { return submitted + timeout; }
};

}  // namespace telltale
