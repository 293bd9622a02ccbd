// What a status other than 101 means, as far as it is known: reason and sentence, from values only.
#pragma once

#include <string_view>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "net/http_head.hpp"

namespace telltale::websocket {

/// The server's own words are not shown, as they may hold anything, except the address of a redirect without its query
/// and without `secrets`.
finding explain_declined(const net::reply_head&, const secret_list& secrets);

/// Whether the body of a 400 is that of a server that got plain HTTP on a port where it speaks TLS. nginx, Apache,
/// Tomcat and Go's net/http say so in plain HTTP.
bool says_that_tls_is_spoken(std::string_view body);

}  // namespace telltale::websocket
