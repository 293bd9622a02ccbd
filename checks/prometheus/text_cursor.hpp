// Removes parts from the front of a text: the steps of the parsers of pages and selectors.
#pragma once

#include <algorithm>
#include <string_view>

namespace telltale::prometheus {

inline void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// Removes the word and the blanks behind it, if the text begins with it.
inline bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  skip_blanks(text);
  return true;
}

}  // namespace telltale::prometheus
