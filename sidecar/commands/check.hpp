// `telltale check`: every check once, without a sidecar.
#pragma once

#include <functional>

#include "commands/command_line.hpp"
#include "config/config.hpp"
#include "results/results.hpp"

namespace telltale {

/// What the command needs of the world, so that it can be tested without any.
struct check_surroundings {
  environment variables;
  bool terminal = false;  ///< standard output is one
  std::function<check_results(const config&)> run;
};

/// Never throws.
command_result check(const check_command&, const check_table&, const check_surroundings&);

}  // namespace telltale
