// Finds the end of a request head and refuses invalid heads early.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "http_server/refusal.hpp"

namespace telltale {

/// Scans each byte once, however slowly they arrive. Stricter than required by RFC 9112: lines end in CR LF only (2.2),
/// no folding (5.2), no control characters (5.5), and only ASCII in the request line (3).
class head_scanner {
 public:
  struct incomplete {};
  struct complete {
    std::size_t length;  ///< of the head including its empty line
  };
  using result = std::variant<incomplete, complete, refusal>;

  /// `bytes` contains all bytes of this head so far, including those of earlier calls.
  result scan(std::string_view bytes);

 private:
  enum class at : std::uint8_t { first_byte, request_line, line_start, header };

  const char* objection(unsigned char) const;

  at at_ = at::first_byte;
  bool after_cr_ = false;
  std::size_t position_ = 0;
};

}  // namespace telltale
