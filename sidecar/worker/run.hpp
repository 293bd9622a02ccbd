// A blocking check for workers, and the result of one run.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>
#include <telltale/raw_value.hpp>

namespace telltale {

/// A blocking check that a worker can build: type name and options.
struct worker_task {
  std::string type;
  raw_value options;
  bool slow = false;  ///< its runs never share a worker with other jobs, from the first run on
};

/// The result of one run. The framework measures the time, not the check.
struct run_report {
  telltale::outcome outcome;
  std::chrono::nanoseconds waited{0};    ///< from submission until a worker began the run
  std::chrono::nanoseconds duration{0};  ///< from then until the outcome
  telltale::memory memory;               ///< the check's new state; unchanged when the run did not finish
  std::chrono::nanoseconds age{0};       ///< time since the run ended; outcomes of jobs sent together are read together
};

struct worker_counts {
  std::size_t idle = 0;
  std::size_t busy = 0;   ///< or starting
  std::size_t stuck = 0;  ///< killed but still in an uninterruptible system call
  std::uint64_t started = 0;
  std::uint64_t crashed = 0;
  std::uint64_t killed = 0;
};

}  // namespace telltale
