// Implements the encoding rules of the configuration file.
#include "yaml/clean_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace telltale {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_control(std::string_view character) {
  const auto c = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
  // U+0080 to U+009F, including NEL, which only some YAML readers treat as a line break.
  return character.size() == 2 && c == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

std::string bad_byte(std::string_view bytes) {
  const auto c = static_cast<unsigned char>(bytes[0]);
  const auto length = utf8_length(bytes);
  if (c == 0) return "a NUL byte: this is not a text file";
  if (c == '\r') return "a carriage return that ends no line - use LF or CRLF line ends";
  if (length == 0) return fmt::format("byte 0x{:02X} is not valid UTF-8 - save the file as UTF-8", c);
  if (bytes.starts_with(byte_order_mark)) return "a byte order mark inside the file - remove it";
  const auto value = length == 1 ? c : static_cast<unsigned char>(bytes[1]);
  return fmt::format("a control character (U+{:04X}) - remove it, or write it as an escape in double quotes", value);
}

void blank_empty_lines(std::string& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const auto rest = text.find_first_not_of(" \t", begin);
    const auto end = std::min(rest, text.size());
    if (end == text.size() || text[end] == '\n')
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end),
                ' ');
    const auto next = text.find('\n', end);
    begin = next == std::string::npos ? text.size() : next + 1;
  }
}

std::optional<std::string_view> other_encoding(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return "the file is UTF-16 - save it as UTF-8";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> clean_text(std::string_view bytes, problems& errors) {
  if (auto other = other_encoding(bytes)) {
    errors.add({1, 1}, std::string(*other));
    return std::nullopt;
  }
  if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
  std::string out;
  out.reserve(bytes.size() + 1);
  source_location at{1, 1};
  for (std::size_t i = 0; i < bytes.size();) {
    const auto rest = bytes.substr(i);
    if (rest.starts_with("\r\n")) {
      ++i;
      continue;
    }
    const auto length = utf8_length(rest);
    if (length == 0 || is_control(rest.substr(0, length)) || rest.starts_with(byte_order_mark)) {
      errors.add(at, bad_byte(rest));
      return std::nullopt;
    }
    at = rest[0] == '\n' ? source_location{at.line + 1, 1} : source_location{at.line, at.column + 1};
    out.append(rest.substr(0, length));
    i += length;
  }
  blank_empty_lines(out);
  return out;
}

std::optional<std::string_view> unusable_text(std::string_view value) {
  for (std::size_t i = 0; i < value.size();) {
    const auto length = utf8_length(value.substr(i));
    if (length == 0) return "invalid UTF-8";
    if (is_control(value.substr(i, length))) return "a control character";
    i += length;
  }
  return std::nullopt;
}

}  // namespace telltale
