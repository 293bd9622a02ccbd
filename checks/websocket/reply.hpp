// Judges a server's answer to the opening handshake (RFC 6455 section 4.1): bytes in, finding out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <telltale/finding.hpp>

#include "base/peer_text.hpp"

namespace telltale::websocket {

/// A subprotocol as it is offered. Applications use the name for a token where they can send no header, as from a
/// browser.
struct offered_subprotocol {
  std::string name;
  bool secret = false;  ///< never shown
};

/// Why this head does not open a WebSocket with one of the offered subprotocols, or without any if none was offered.
/// Header values of the server are not repeated, as it may echo a secret, except the address of a redirect without its
/// query and without `secrets`. `accept` receives the value of Sec-WebSocket-Accept, which is not judged here.
finding judge_reply(std::string_view head, const std::vector<offered_subprotocol>& offered, const secret_list& secrets,
                    std::string& accept);

}  // namespace telltale::websocket
