// A line of a file as a terminal may see it, with a caret that stands below the right character.
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
/// not UTF-8 become '?', so that a file can neither move the cursor nor colour the terminal; wide characters count two
/// cells. Linear in the length of the excerpt and the column.
line_excerpt shown_line(std::string_view line, int column);

}  // namespace telltale
