// Explains a handshake status other than 101 as reason and sentence. No I/O.
#pragma once

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "net/http_head.hpp"

namespace telltale::websocket {

/// Messages do not contain text of the server, except for the address of a redirect without its query and without
/// `secrets`.
finding explain_declined(const net::reply_head&, const secret_list& secrets);

}  // namespace telltale::websocket
