// The opening handshake as the client sends it (RFC 6455 section 4.1).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <telltale/option_types.hpp>

namespace telltale::websocket {

/// `count` bytes nobody can predict. Throws std::runtime_error when the system has none to give.
std::string random_bytes(std::size_t count);

/// A fresh Sec-WebSocket-Key: 16 random bytes in base64.
std::string make_key();

/// The Sec-WebSocket-Accept a server must answer a key with (RFC 6455 section 4.2.2, item 5.4).
std::string accept_for(std::string_view key);

using header_list = std::vector<std::pair<std::string, std::string>>;

/// The value of the Host header for this server under this name: with the port, unless it is the scheme's own.
std::string host_header(const url&, const std::string& name);

/// The request, ready to send. `subprotocols` is a list with commas, or empty. Headers, without Host, must have no
/// `header_value_problem`.
std::string make_request(std::string_view target, std::string_view host, std::string_view key,
                         std::string_view subprotocols, const header_list& headers);

}  // namespace telltale::websocket
