// The version of the program, as --version, health+json and metrics report it.
#pragma once

#include <string_view>

namespace telltale {

/// The release, e.g. "0.1.0".
std::string_view version();

/// The compiler and the libraries it was built with, e.g. "g++ 12.2.0, Boost 1.81.0, SQLite 3.40.1".
std::string_view built_with();

}  // namespace telltale
