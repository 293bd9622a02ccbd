// The command `telltale healthcheck`: queries a running sidecar, or requests a URL, for Docker and exec probes.
#pragma once

#include <functional>
#include <string>

#include "commands/command_line.hpp"
#include "config/config.hpp"
#include "config/load_config.hpp"
#include "results/results.hpp"

namespace telltale {

/// Returns exit code 0 when the gate passes, otherwise 1. Never throws.
command_result healthcheck(const healthcheck_command&, const environment&,
                           const std::string& installed_path = installed_config_path);

/// `telltale healthcheck --http`: runs one check of type http with the function, which may throw, and prints one line.
/// Returns exit code 0 or 1. Never throws.
command_result healthcheck_http(const healthcheck_command&, const check_table&,
                                const std::function<check_results(const config&)>& run);

}  // namespace telltale
