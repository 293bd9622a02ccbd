// The command `telltale validate`: reports the errors of configuration files.
#pragma once

#include "commands/command_line.hpp"
#include "config/config.hpp"

namespace telltale {

/// Reports every file: "FILE: ok (4 checks)" on standard output, errors and warnings on standard error. Returns exit
/// code 0 when all are valid, otherwise 2.
command_result validate(const validate_command&, const check_table&, const environment&);

}  // namespace telltale
