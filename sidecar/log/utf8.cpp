// Well-formed sequences after the Unicode Standard, table 3-7.
#include "log/utf8.hpp"

namespace telltale {
namespace {

unsigned byte(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

bool is_continuation(unsigned b) { return (b & 0xC0U) == 0x80U; }

/// Length of the well-formed sequence at the front, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto first = byte(text, 0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(byte(text, i))) return 0;
  const auto second = byte(text, 1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_large = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_large ? 0 : length;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = sequence_length(text);
    out += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string printable(std::string_view text, char instead) {
  const auto valid = valid_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto b = byte(valid, i);
    const bool c1 = b == 0xC2 && byte(valid, i + 1) < 0xA0;
    if (c1) ++i;
    if (c1 || b < 0x20 || b == 0x7F) out += instead;
    else out += valid[i];
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  auto keep = limit - 3;
  while (keep > 0 && is_continuation(byte(text, keep))) --keep;
  return std::string(text.substr(0, keep)) + "...";
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (unsigned char c : text) count += !is_continuation(c);
  return count;
}

}  // namespace telltale
