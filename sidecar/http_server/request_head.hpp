// Parses a complete request head, and judges what this server does not take.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "http_server/refusal.hpp"

namespace telltale {

struct request_head {
  std::string method;
  std::string target;  ///< origin form, whatever form was sent
  std::string accept;
  std::string accept_encoding;
  std::string authorization;
  bool keep_alive = false;  ///< what the client wants
  bool http_1_0 = false;
};

/// `head` is one head as `head_scanner` found it. Refused are bodies (413: nothing here takes one, and what is never
/// read cannot be smuggled), a missing, doubled or malformed Host (RFC 9112, 3.2), Expect, CONNECT and `OPTIONS *`
/// (405), versions other than HTTP/1.0 and 1.1 (505), and anything malformed (400). Absolute-form targets are taken as
/// RFC 9112, 3.2.2 demands.
std::variant<request_head, refusal> parse_request_head(std::string_view head);

}  // namespace telltale
