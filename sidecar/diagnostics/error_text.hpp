// Formats configuration errors as a compiler does: file:line:column, the sentence, the line and a caret.
#pragma once

#include <string>

#include "config/config.hpp"

namespace telltale {

/// `file:line:column: message`, the line, and a caret below the column. One block per problem; problems without a
/// location have one line.
std::string to_text(const config_errors&);

}  // namespace telltale
