// Explains why a file named in the configuration could not be read, and how to fix it.
#pragma once

#include <string>

#include "base/small_file.hpp"

namespace telltale {

/// The explanation of this errno of open(2), as the second half of a sentence about the file.
std::string open_error(int error);

/// The same for any error of a small file; there must be one.
std::string file_error(const small_file&);

}  // namespace telltale
