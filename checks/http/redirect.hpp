// Decides where a redirect leads and whether it may be followed. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <telltale/option_types.hpp>

#include "base/peer_text.hpp"

namespace telltale::web {

/// The URL of a Location header relative to that of the request (RFC 3986 section 5.2), without a fragment. Empty when
/// it is not a valid URL of http or https.
std::optional<url> resolve_location(const url& from, std::string_view location);

/// What the message of a failure says about a Location that is not valid: " redirects to the invalid address '/a b':
/// its space is not percent-encoded". Without the query, and without an address that has a user name or password.
std::string explain_location(std::string_view location, const secret_list&);

/// Whether a request with credentials may go from one URL to the other: same scheme, host and port, or from http to
/// https on the default ports of the same host.
bool may_carry_credentials(const url& from, const url& to);

}  // namespace telltale::web
