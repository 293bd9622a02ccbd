// `telltale healthcheck`: one question to a running sidecar, for Docker and for exec probes.
#pragma once

#include "commands/command_line.hpp"
#include "config/config.hpp"

namespace telltale {

/// Exit code 0 when the gate passes, 1 for everything else. Never throws.
command_result healthcheck(const healthcheck_command&, check_table_source, const environment&);

}  // namespace telltale
