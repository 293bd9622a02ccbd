// Formats an excerpt of a line for a terminal, with the position of a caret.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace telltale {

struct line_excerpt {
  std::string text;       ///< safe to print, at most about 100 cells wide
  std::size_t caret = 0;  ///< cells before the caret
};

/// The line around a column (in characters, from 1). A tab becomes one space; control characters and bytes that are
/// not UTF-8 become '?', so that a file cannot move the cursor or colour the terminal; wide characters count as two
/// cells. Linear in the length of the excerpt and the column.
line_excerpt shown_line(std::string_view line, int column);

}  // namespace telltale
