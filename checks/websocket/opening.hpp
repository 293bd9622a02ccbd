// From a URL to an open WebSocket: resolve, connect, TLS, handshake.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "websocket/failure.hpp"
#include "websocket/run.hpp"

namespace telltale::websocket {

/// Each step stops at `run.until` and records its duration. `leftover` receives what the server sent after its
/// handshake reply. Both must outlive the coroutine.
boost::asio::awaitable<maybe_failure> open_websocket(run&, std::string& leftover);

}  // namespace telltale::websocket
