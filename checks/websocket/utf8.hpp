// UTF-8 that arrives in pieces, cut anywhere.
#pragma once

#include <string_view>

namespace telltale::websocket {

/// Well-formed sequences after RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF.
class utf8_reader {
 public:
  /// False as soon as what came so far can no longer become valid; then it stays useless until it is made anew.
  bool feed(std::string_view piece);
  /// Whether no character is half-way.
  bool complete() const { return missing_ == 0; }

 private:
  bool begin(unsigned byte);

  int missing_ = 0;  ///< bytes of the current character still to come
  unsigned low_ = 0x80;
  unsigned high_ = 0xbf;  ///< what the next of them may be
};

}  // namespace telltale::websocket
