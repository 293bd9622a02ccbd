// Interface that receives the results of runs.
#pragma once

#include <chrono>
#include <cstddef>

#include <telltale/clock.hpp>

#include "worker/run.hpp"

namespace telltale {

/// Checks are numbered as in the configuration. Called from the loop.
class run_listener {
 public:
  virtual ~run_listener() = default;
  /// A run ended at `ended`. Returns whether the check is failing, which selects its next interval.
  virtual bool on_run(std::size_t check, run_report, boot_clock::time_point ended) = 0;
  /// The program was suspended for this long; earlier results are no longer valid.
  virtual void on_stall(std::chrono::nanoseconds, boot_clock::time_point now) = 0;
  /// The loop has run an iteration, late by `lag`. Called at least once per heartbeat_period.
  virtual void on_iteration(std::chrono::nanoseconds lag, boot_clock::time_point now) = 0;
};

}  // namespace telltale
