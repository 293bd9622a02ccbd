// Parses a complete request head and refuses what this server does not support.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "http_server/refusal.hpp"

namespace telltale {

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
