// Configuration errors as a compiler prints them: file:line:column, the sentence, the line and a caret.
#pragma once

#include <string>

#include "config/config.hpp"

namespace telltale {

/// Errors as a compiler prints them: `file:line:column: message`, the line, and a caret below the place. One block per
/// problem; problems without a place have one line.
std::string to_text(const config_errors&);

}  // namespace telltale
