// Finds and parses request heads, and refuses what this server does not support. No I/O.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace telltale {

/// Sentences are literals: they are sent to the client, and no input may be echoed.
struct refusal {
  int status = 400;
  std::string_view sentence;
};

/// Finds the end of a head and refuses invalid bytes as soon as they arrive. Examines each byte once, however slowly
/// they arrive. Stricter than required by RFC 9112: lines end in CR LF only (2.2), no folding (5.2), no control
/// characters (5.5), and only ASCII in the request line (3).
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
  const char* objection(std::string_view text) const;

  std::size_t line_ = 0;     // where the current line begins
  std::size_t checked_ = 0;  // bytes before this one are valid
};

struct request_head {
  std::string method;
  std::string target;  ///< in origin form, whatever form was sent
  std::string accept;
  std::string accept_encoding;
  std::string authorization;
  bool keep_alive = false;  ///< requested by the client
  bool http_1_0 = false;
};

/// `head` is one head as found by `head_scanner`. Refused are bodies (413: none is supported, and unread bytes cannot
/// be smuggled); a missing, repeated or malformed Host (RFC 9112, 3.2); Expect; CONNECT and `OPTIONS *` (405); versions
/// other than HTTP/1.0 and 1.1 (505); and malformed heads (400). Absolute-form targets are accepted as RFC 9112, 3.2.2
/// requires.
std::variant<request_head, refusal> parse_request_head(std::string_view head);

}  // namespace telltale
