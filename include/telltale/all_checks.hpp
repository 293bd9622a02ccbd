// The generated table of every check type linked into a program.
#pragma once

#include <telltale/check_type.hpp>

namespace telltale {

/// Built on first use, lives as long as the program, safe to read from any thread. Defined by CMake
/// (`telltale_check_table`) from a list of names: each NAME stands for `check_type telltale::checks::NAME()`.
const check_table& all_checks();

}  // namespace telltale
