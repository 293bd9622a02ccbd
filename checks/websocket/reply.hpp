// Judges a server's reply to the opening handshake (RFC 6455 section 4.1). No I/O.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"

namespace telltale::websocket {

/// An offered subprotocol. Applications that cannot send headers, such as browsers, use its name for a token.
struct offered_subprotocol {
  std::string name;
  bool secret = false;  ///< never shown
  friend bool operator==(const offered_subprotocol&, const offered_subprotocol&) = default;
};

/// Why this head does not open a WebSocket with one of the offered subprotocols, or without one if none was offered.
/// Messages contain no header values of the server, which may echo a secret, except for the address of a redirect
/// without its query and without `secrets`. `accept` receives the value of Sec-WebSocket-Accept, which is not judged
/// here.
finding judge_reply(std::string_view head, const std::vector<offered_subprotocol>& offered, const secret_list& secrets,
                    std::string& accept);

}  // namespace telltale::websocket
