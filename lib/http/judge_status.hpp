// Maps a status that was not expected to a reason and a sentence. No I/O.
#pragma once

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"
#include "net/http_head.hpp"

namespace telltale::http {

/// The failure of a reply with another status than the request needs: `auth` for 401 and 407, `denied` for 403, `missing`
/// for 404 and 410, `overload` for 429 and for 503 with Retry-After, else `refused`. Messages do not contain text of the
/// server, except for the address of a redirect without its query and without `secrets`.
finding unexpected_status(const net::reply_head&, const secret_list& secrets);

}  // namespace telltale::http
