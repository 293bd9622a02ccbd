// The whole program as one function, for programs with check types of their own.
#pragma once

#include <telltale/check_type.hpp>

namespace telltale {

/// Everything main() does: parses the command line and runs one command over these check types; returns the exit code.
/// Never throws. The table is asked for when a command needs it, and must live as long as the process. CMake's
/// `telltale_add_program` writes the main() that calls it, with `all_checks`.
int run_program(int argc, char** argv, check_table_source);

}  // namespace telltale
