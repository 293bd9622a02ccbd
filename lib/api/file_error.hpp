// Why a file that the configuration names could not be read, and what to do about it.
#pragma once

#include <string>

#include "base/small_file.hpp"

namespace telltale {

/// The second half of a sentence about a file that could not be opened, for this errno.
std::string open_error(int error);

/// The same for any fault of a small file; there must be one.
std::string file_error(const small_file&);

}  // namespace telltale
