// Explains a handshake status other than 101 as reason and sentence. No I/O.
#pragma once

#include <string_view>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "net/http_head.hpp"

namespace telltale::websocket {

/// Messages do not contain text of the server, except for the address of a redirect without its query and without
/// `secrets`.
finding explain_declined(const net::reply_head&, const secret_list& secrets);

/// Whether the body of a 400 shows that the server expects TLS on this port. nginx, Apache, Tomcat and Go's net/http
/// send this in plain HTTP.
bool says_that_tls_is_spoken(std::string_view body);

}  // namespace telltale::websocket
