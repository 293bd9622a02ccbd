// Why a file that the configuration names could not be opened, and what to do about it.
#pragma once

#include <string>

namespace telltale {

/// The second half of a sentence about the file, for this errno.
std::string open_error(int error);

}  // namespace telltale
