// Recognises the format of a text that is not JSON.
#pragma once

#include <string>
#include <string_view>

namespace telltale {

/// A sentence such as "is plain text, expected JSON" for a text that did not parse; empty when the parser's error is
/// more specific.
std::string known_mistake(std::string_view text);

/// The text with 0 in place of NaN, Infinity and their printf forms. When this parses, they were the only error.
std::string without_not_a_number(std::string_view text);

}  // namespace telltale
