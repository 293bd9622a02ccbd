// One run of a blocking check: what it is given, and what comes back.
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

/// A blocking check as a worker has to build it: the type's name and its options. Sent once to each worker.
struct worker_task {
  std::string type;
  raw_value options;
  bool examination = false;  ///< runs are `examine` instead of `probe`, and never share a worker's time with others
};

/// What a run is told of earlier ones.
struct run_input {
  run_input(telltale::memory remembered = {}) : memory(std::move(remembered)) {}
  telltale::memory memory;
  std::optional<examination> examined;
  /// An outcome of this kind may wait for the next `collect`. That saves waking the loop, so it is for callers that
  /// turn it anyway.
  std::optional<outcome_kind> no_news;
};

/// What one run of a check came to. The framework, not the check, measures time.
struct run_report {
  telltale::outcome outcome;
  std::chrono::nanoseconds waited{0};    ///< from submission until a worker began with it
  std::chrono::nanoseconds duration{0};  ///< from then to the answer
  telltale::memory memory;               ///< what the check wants to remember; unchanged when the run failed to finish
  std::chrono::nanoseconds age{0};       ///< since it ended, when it had to wait for somebody to look
};

struct worker_counts {
  std::size_t idle = 0;
  std::size_t busy = 0;
  std::size_t stuck = 0;  ///< killed but not dead: in an uninterruptible system call
  std::uint64_t started = 0;
  std::uint64_t crashed = 0;
  std::uint64_t killed = 0;
};

}  // namespace telltale
