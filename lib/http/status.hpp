// Formats a reply's status and the target of a redirect for messages. No I/O.
#pragma once

#include <string>

#include "base/peer_text.hpp"
#include "net/http_head.hpp"

namespace telltale::http {

/// "404 Not Found" with the phrase of the registry, never that of the server; "299" when there is none.
std::string status_text(unsigned code);

/// A status with a Location that a client may follow: 301, 302, 303, 307, 308.
constexpr bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// The Location header without its query and without secrets, or empty if it is not safe to show: a query or
/// credentials may be a secret.
std::string shown_location(const net::reply_head&, const secret_list&);

}  // namespace telltale::http
