// What the steps of one run share: the plan, the connection, the time that is left.
#pragma once

#include <chrono>
#include <string>

#include <telltale/async_check.hpp>
#include <telltale/clock.hpp>
#include <telltale/outcome.hpp>

#include "websocket/connection.hpp"
#include "websocket/plan.hpp"

namespace telltale::websocket {

/// Lives in the frame of the outermost coroutine of a run, so that the steps may hold references to it.
struct run {
  const plan& what;
  async_context ctx;
  connection& line;
  std::chrono::nanoseconds budget;  ///< of the whole run, for messages
  time_point until;                 ///< a little before ctx.deadline, so that our finding is in before the scheduler's
  findings found;
  std::string remark;  ///< said after the sentence of a healthy run
};

/// Measures a step: `<name>_seconds` is recorded by `stop`.
class stopwatch {
 public:
  explicit stopwatch(findings& into) : into_(into) {}
  double stop(const char* name) const {
    const auto seconds = to_seconds(std::chrono::steady_clock::now() - since_);
    into_.measure(name, seconds);
    return seconds;
  }

 private:
  findings& into_;
  time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace telltale::websocket
