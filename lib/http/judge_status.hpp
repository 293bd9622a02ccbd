// Maps a status that was not expected to a reason and a sentence. No I/O.
#pragma once

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "net/http_head.hpp"

namespace telltale::http {

/// The failure of a reply with another status than the request needs: "404 Not Found (possible causes: the path, the
/// Host header)". Messages do not contain text of the server, except for the address of a redirect without its query
/// and without `secrets`.
finding unexpected_status(const net::reply_head&, const secret_list& secrets);

}  // namespace telltale::http
