// Replaces unprintable characters and truncates text.
#include "base/printable.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace telltale {

bool is_unprintable(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  const auto c = code_point(character);
  const bool format = c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
                      (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
                      (c >= 0xE0000 && c <= 0xE007F);
  return c < 0xA0 || format;
}

std::string printable(std::string_view text, char instead) {
  if (std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; })) return std::string(text);
  const auto valid = valid_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for (std::string_view rest = valid; !rest.empty();) {
    const auto character = rest.substr(0, utf8_length(rest));
    if (is_unprintable(character)) out += instead;
    else out += character;
    rest.remove_prefix(character.size());
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  auto keep = limit - 3;
  while (keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xC0U) == 0x80U) --keep;
  return std::string(text.substr(0, keep)) + "...";
}

}  // namespace telltale
