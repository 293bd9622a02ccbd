// Makes untrusted text safe to print: valid UTF-8, no control characters, truncated between characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace telltale {

/// Whether the character (one, valid) must not reach a terminal as it is: controls (C0, DEL, C1), line and paragraph
/// separators, and invisible marks, some of which reorder the text around them (Unicode's categories Zl, Zp and Cf).
bool is_unprintable(std::string_view character);

/// Valid UTF-8 on one line, each unprintable character replaced by `instead`. Some messages contain text of a probed
/// peer, which must not move the cursor, colour the terminal or reorder the line.
std::string printable(std::string_view text, char instead = '?');

/// At most `limit` bytes of valid UTF-8, ending in "..." when something was cut. `limit` must be at least 3.
std::string shortened(std::string_view text, std::size_t limit);

}  // namespace telltale
