// What a file that is not JSON is instead, as far as its text tells.
#pragma once

#include <string>
#include <string_view>

namespace telltale::marker {

/// "is plain text, expected JSON" and the like, for a text that did not parse; empty when nothing better is known than
/// what the parser says.
std::string known_mistake(std::string_view text);

/// The text with 0 in place of NaN, Infinity and what printf makes of them: where that parses, they were the mistake.
std::string without_not_a_number(std::string_view text);

}  // namespace telltale::marker
