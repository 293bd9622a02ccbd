// Explains a status that was not expected as reason and sentence. No I/O.
#pragma once

#include <string>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "net/http_head.hpp"

namespace telltale::http {

/// The reason of a status that was not expected, the same for every protocol that begins with HTTP: `overload` where
/// the server is busy and says so (429, and 503 with Retry-After), `refused` where the status has no reason of its own.
reason reason_of_status(unsigned status, bool retry_after);

/// ", to be tried again in 5 s" from Retry-After, or empty.
std::string retry_words(const net::reply_head&);

/// The failure of a reply with another status than the request needs, such as "404 Not Found (possible causes: the
/// path, the Host header)". `with_credentials`: the request had some. Messages do not contain text of the server,
/// except for the address of a redirect without its query and without `secrets`.
finding unexpected_status(const net::reply_head&, bool with_credentials, const secret_list& secrets);

}  // namespace telltale::http
