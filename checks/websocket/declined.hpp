// What a status other than 101 means, as far as it is known: reason and sentence, from values only.
#pragma once

#include <string>
#include <string_view>

#include <telltale/finding.hpp>

namespace telltale::websocket {

/// A reply that does not switch protocols.
struct declined_reply {
  unsigned status = 0;
  std::string status_text;  ///< "403 Forbidden"; never the server's own words, which may hold anything
  std::string versions;     ///< of Sec-WebSocket-Version, joined with ", " when there are several; empty: none
  std::string location;     ///< where a redirect points, fit to be shown; empty: unknown
};

finding explain_declined(const declined_reply&);

/// Whether the body of a 400 is that of a server that got plain HTTP on a port where it speaks TLS. nginx, Apache,
/// Tomcat and Go's net/http say so in plain HTTP.
bool says_that_tls_is_spoken(std::string_view body);

}  // namespace telltale::websocket
