// The entry point of the sidecar, for programs with their own check types.
#pragma once

#include <telltale/check_type.hpp>

namespace telltale {

/// Implements main(): parses the command line and runs one command with these check types; returns the exit code.
/// Never throws. The table is requested when a command needs it, and must live as long as the process. CMake's
/// `telltale_add_program` writes the main() that calls it, with `all_checks`.
int run_program(int argc, char** argv, check_table_source);

}  // namespace telltale
