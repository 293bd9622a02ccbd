// The command `telltale healthcheck`: queries a running sidecar, for Docker and exec probes.
#pragma once

#include <string>

#include "commands/command_line.hpp"
#include "config/config.hpp"
#include "config/load_config.hpp"

namespace telltale {

/// Returns exit code 0 when the gate passes, otherwise 1. Never throws.
command_result healthcheck(const healthcheck_command&, const environment&,
                           const std::string& installed_path = installed_config_path);

}  // namespace telltale
