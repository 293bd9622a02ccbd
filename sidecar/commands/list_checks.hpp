// The command `telltale checks`: lists check types and their options.
#pragma once

#include "commands/command_line.hpp"

#include <telltale/check_type.hpp>

namespace telltale {

/// Lists the types, describes one type, prints JSON, or prints the reference page. An unknown type is a usage error.
command_result list_checks(const checks_command&, const check_table&);

}  // namespace telltale
