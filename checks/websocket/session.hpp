// Runs a WebSocket session from its handshake to its close.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "net/run.hpp"
#include "net/stream.hpp"
#include "websocket/plan.hpp"

namespace telltale::websocket {

/// Opens a WebSocket on a connection, pings, sends and expects as the plan configures, in this order, and closes it.
/// Skips other messages of the server. Leaves no pending operation; the arguments must outlive the call.
boost::asio::awaitable<finding> hold_session(net::run&, const plan&, net::stream&);

}  // namespace telltale::websocket
