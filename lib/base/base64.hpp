// Encodes bytes as base64 and decodes them (RFC 4648 section 4), as HTTP's Basic credentials and SCRAM need it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace telltale {

inline constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = i; j < i + 3; ++j)
      group = group << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) out += i + j <= bytes.size() ? base64_digits[group >> (18 - 6 * j) & 63U] : '=';
  }
  return out;
}

/// Empty when the text is not the one encoding of some bytes: with its padding, without line breaks.
inline std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  if (text.size() % 4 != 0) return std::nullopt;
  const auto digits = text.substr(0, text.find('='));
  unsigned group = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto value = base64_digits.find(digits[i]);
    if (value == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<unsigned>(value);
    if (i % 4 > 0) out += static_cast<char>(group >> (6 - 2 * (i % 4)) & 255U);
  }
  return base64(out) == text ? std::optional(out) : std::nullopt;
}

}  // namespace telltale
