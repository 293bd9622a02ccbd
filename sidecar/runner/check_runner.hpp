// Interface that runs one check, wherever its type has to run.
#pragma once

#include <chrono>
#include <functional>

#include "worker/run.hpp"

namespace telltale {

/// Runs one check and keeps what a run leaves for the next one. Used on the io_context's only thread.
///
/// Destroying a runner removes its check: `done` of a run in progress is not called any more. On the loop that run is
/// cancelled; in a worker it ends by its deadline.
class check_runner {
 public:
  using run_done = std::function<void(run_report)>;

  virtual ~check_runner() = default;

  /// Runs the check once. Calls `done` exactly once, from the loop, never from inside `start`: with the outcome, or
  /// with `fail timeout`, `crashed` or `stuck` soon after the timeout. A probe never runs twice at the same time: while
  /// an earlier one has not ended, the outcome is `fail stuck`. Must not be called again before `done`.
  virtual void start(std::chrono::milliseconds timeout, run_done done) = 0;

  /// Takes over what the runner of the same check before a reload remembers, and its run in progress.
  virtual void continue_from(check_runner& before) = 0;

  /// Whether the check should be due together with others, to save wake-ups. Runs on the loop should not: they would
  /// delay each other, and many may use the same server.
  virtual bool coalesces() const = 0;
};

}  // namespace telltale
