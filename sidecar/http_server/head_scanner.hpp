// Finds the end of a request head, and refuses early what can never become a valid one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "http_server/refusal.hpp"

namespace telltale {

/// Looks at each byte once, however slowly they arrive. Stricter than a parser needs to be (RFC 9112): line ends are
/// CR LF only (2.2), nothing is folded (5.2), no control characters (5.5), and only ASCII in the request line (3).
class head_scanner {
 public:
  struct incomplete {};
  struct complete {
    std::size_t length;  ///< of the head, with its empty line
  };
  using result = std::variant<incomplete, complete, refusal>;

  /// `bytes` is all that has arrived of this head: what was there at the last call, and more.
  result scan(std::string_view bytes);

 private:
  enum class at : std::uint8_t { first_byte, request_line, line_start, header };

  const char* objection(unsigned char) const;

  at at_ = at::first_byte;
  bool after_cr_ = false;
  std::size_t position_ = 0;
};

}  // namespace telltale
