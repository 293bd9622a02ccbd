// `telltale checks`: what can be watched, and how.
#pragma once

#include "commands/command_line.hpp"

#include <telltale/check_type.hpp>

namespace telltale {

/// The table of types, one type in full, either as JSON, or the reference page. An unknown type is a usage error.
command_result list_checks(const checks_command&, const check_table&);

}  // namespace telltale
