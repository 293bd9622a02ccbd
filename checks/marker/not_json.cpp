// Recognises byte order marks, plain text and NaN.
#include "marker/not_json.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace telltale::marker {
namespace {

bool is_not_a_number(std::string_view word) {
  constexpr std::array<std::string_view, 3> words{"nan", "inf", "infinity"};
  return std::ranges::any_of(words, [&](auto known) { return equal_ignoring_case(word, known); });
}

/// The end of the string that starts at `from`, behind its closing quote.
std::size_t end_of_string(std::string_view text, std::size_t from) {
  for (auto i = from + 1; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    else if (text[i] == '"') return i + 1;
  }
  return text.size();
}

/// Whether the text starts with a printable character that starts no JSON object, list or string.
bool begins_as_plain_text(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return false;
  const auto c = static_cast<unsigned char>(text[first]);
  const bool first_of_utf8 = c >= 0xC2 && c <= 0xF4;
  return (c > 0x20 && c < 0x7F && std::string_view("{[\"").find(text[first]) == std::string_view::npos) ||
         first_of_utf8;
}

}  // namespace

std::string known_mistake(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF"))
    return "starts with a byte order mark, which JSON must not have; write it as UTF-8 without BOM";
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "is UTF-16, expected JSON in UTF-8";
  return begins_as_plain_text(text) ? "is plain text, expected JSON" : "";
}

std::string without_not_a_number(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto end = i + 1;
    if (text[i] == '"') end = end_of_string(text, i);
    else if (is_letter(text[i]))
      end = static_cast<std::size_t>(
          std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_letter) - text.begin());
    const auto part = text.substr(i, end - i);
    if (is_not_a_number(part)) out += '0';
    else out += part;
    i = end;
  }
  return out;
}

}  // namespace telltale::marker
