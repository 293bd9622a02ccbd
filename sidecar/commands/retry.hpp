// Repeats a question until its answer is good or the time is over, and prints what changes.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace telltale {

struct attempt {
  bool passes = false;
  std::string text;        ///< the reasons, one per line
  bool permanent = false;  ///< another attempt would not help
};

struct retry_limits {
  std::chrono::milliseconds timeout;   ///< no attempt begins later
  std::chrono::milliseconds interval;  ///< from the end of an attempt to the next one
};

/// Dependencies of retrying, replaceable in tests.
struct retry_environment {
  std::function<attempt(std::chrono::milliseconds timeout)> ask;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<void(std::string_view line)> say;  ///< prints one line without its line break
};

/// The real clock, and lines on standard error that begin with "telltale COMMAND: ". `ask` is empty.
retry_environment terminal_environment(std::string_view command);

/// Returns true when an attempt has passed; `goal` completes "GOAL after 2.5 s". Prints one line whenever the reasons
/// change and one at the end. A changed number in a message is not a changed reason.
bool retry(std::string_view goal, const retry_limits&, const retry_environment&);

}  // namespace telltale
