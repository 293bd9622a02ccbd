// The command `telltale check`: runs the checks without a sidecar, once or until they pass.
#pragma once

#include <functional>

#include "commands/command_line.hpp"
#include "commands/retry.hpp"
#include "config/config.hpp"
#include "results/results.hpp"

namespace telltale {

/// Dependencies of the command, replaceable in tests.
struct check_environment {
  environment variables;
  bool terminal = false;  ///< standard output is a terminal
  /// Builds the checks and returns a function that runs them once; both may throw.
  std::function<std::function<check_results()>(const config&)> prepare;
  retry_environment waiting;  ///< used with `--for`; without `ask`
};

/// Never throws.
command_result check(const check_command&, const check_table&, const check_environment&);

}  // namespace telltale
