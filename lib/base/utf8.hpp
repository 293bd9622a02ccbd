// Decodes and validates UTF-8 (RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace telltale {

/// The length of the character at the start of `bytes`: 1 to 4, or 0 when the bytes are not valid or there are none.
std::size_t utf8_length(std::string_view bytes);

/// The code point of one valid character, as measured by `utf8_length`.
std::uint32_t code_point(std::string_view character);

/// The text with every byte that is not part of a valid character replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// The number of characters in valid UTF-8, for aligning columns.
std::size_t character_count(std::string_view text);

/// Validates UTF-8 that arrives in pieces, split at any byte.
class utf8_reader {
 public:
  /// False as soon as the input cannot become valid; do not use the object after that.
  bool feed(std::string_view piece);
  /// Whether the input ends between characters.
  bool complete() const { return missing_ == 0; }

 private:
  bool begin(unsigned byte);

  int missing_ = 0;  ///< bytes of the current character still to come
  unsigned low_ = 0x80;
  unsigned high_ = 0xbf;  ///< range of the next of them
};

}  // namespace telltale
