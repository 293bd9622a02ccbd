// `telltale healthcheck`: one question to a running sidecar, for Docker and for exec probes.
#pragma once

#include <string>

#include "commands/command_line.hpp"
#include "config/config.hpp"
#include "config/load_config.hpp"

namespace telltale {

/// Exit code 0 when the gate passes, 1 for everything else. Never throws.
command_result healthcheck(const healthcheck_command&, const environment&,
                           const std::string& installed_path = installed_config_path);

}  // namespace telltale
