// Text from anywhere made safe to print: UTF-8 repaired, control characters gone, cut without splitting a character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace telltale {

/// The text with every byte that is not part of a well-formed UTF-8 sequence (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF) replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// Valid UTF-8 without C0 and C1 control characters and DEL, each replaced by `instead`: a probed peer chooses part of
/// some messages, and must not be able to move the cursor or colour the terminal of whoever reads them.
std::string printable(std::string_view text, char instead = '?');

/// At most `limit` bytes of valid UTF-8, ending in "..." when something was cut; `limit` must be at least 3.
std::string shortened(std::string_view text, std::size_t limit);

/// The number of characters in valid UTF-8, for aligning columns.
std::size_t character_count(std::string_view text);

}  // namespace telltale
