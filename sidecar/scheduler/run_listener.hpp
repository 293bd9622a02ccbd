// Who is told of the results of runs.
#pragma once

#include <chrono>
#include <cstddef>

#include <telltale/clock.hpp>

#include "worker/run.hpp"

namespace telltale {

/// Who hears of results. Checks are numbered as in the configuration. Called from the loop.
class run_listener {
 public:
  virtual ~run_listener() = default;
  /// A run ended at that time; returns whether the check is failing now, which decides when it runs again.
  virtual bool ran(std::size_t check, run_report, boot_clock::time_point ended) = 0;
  /// The program did not run for this long; nothing found before may be believed.
  virtual void stood_still(std::chrono::nanoseconds, boot_clock::time_point now) = 0;
  /// The loop turned, this much later than it meant to. At least once per heartbeat_period.
  virtual void turned(std::chrono::nanoseconds lag, boot_clock::time_point now) = 0;
};

}  // namespace telltale
