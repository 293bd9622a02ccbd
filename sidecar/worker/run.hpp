// Input and result of one run of a blocking check.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <telltale/check.hpp>
#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>
#include <telltale/raw_value.hpp>

#include "worker/outcome_kind.hpp"

namespace telltale {

/// A blocking check that a worker can build: type name and options. Sent once to each worker.
struct worker_task {
  std::string type;
  raw_value options;
  bool slow = false;  ///< runs never share a batch, from the first one on
};

/// State that earlier runs left for this run.
struct run_input {
  run_input(telltale::memory remembered = {}) : memory(std::move(remembered)) {}
  telltale::memory memory;
  /// An outcome of this kind may wait for the next `collect` instead of waking the loop. Set it only when the loop runs
  /// regularly anyway.
  std::optional<outcome_kind> unchanged_kind;
};

/// The result of one run. The framework measures the time, not the check.
struct run_report {
  telltale::outcome outcome;
  std::chrono::nanoseconds waited{0};    ///< from submission until a worker began the run
  std::chrono::nanoseconds duration{0};  ///< from then until the outcome
  telltale::memory memory;               ///< the check's new state; unchanged when the run did not finish
  std::chrono::nanoseconds age{0};       ///< time since the run ended, when its result waited to be read
};

struct worker_counts {
  std::size_t idle = 0;
  std::size_t busy = 0;
  std::size_t stuck = 0;  ///< killed but still in an uninterruptible system call
  std::uint64_t started = 0;
  std::uint64_t crashed = 0;
  std::uint64_t killed = 0;
};

}  // namespace telltale
