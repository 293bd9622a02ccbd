// Decodes UTF-8: the first byte determines the length and the range of the second (Unicode Standard, table 3-7).
#include "base/utf8.hpp"

#include <algorithm>

namespace telltale {

std::size_t utf8_length(std::string_view bytes) {
  utf8_reader reader;
  const auto most = std::min<std::size_t>(bytes.size(), 4);
  for (std::size_t i = 0; i < most; ++i) {
    if (!reader.feed(bytes.substr(i, 1))) return 0;
    if (reader.complete()) return i + 1;
  }
  return 0;
}

std::uint32_t code_point(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  std::uint32_t out = character.size() == 1 ? lead : lead & (0x7Fu >> character.size());
  for (std::size_t i = 1; i < character.size(); ++i)
    out = (out << 6) | (static_cast<unsigned char>(character[i]) & 0x3Fu);
  return out;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_length(text);
    out += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

bool utf8_reader::begin(unsigned byte) {
  if (byte < 0x80) return true;
  if (byte < 0xc2 || byte > 0xf4) return false;
  missing_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  low_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
  high_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
  return true;
}

bool utf8_reader::feed(std::string_view piece) {
  for (const char c : piece) {
    const auto byte = static_cast<unsigned char>(c);
    if (missing_ == 0) {
      if (!begin(byte)) return false;
      continue;
    }
    if (byte < low_ || byte > high_) return false;
    --missing_;
    low_ = 0x80;
    high_ = 0xbf;
  }
  return true;
}

}  // namespace telltale
