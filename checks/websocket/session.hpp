// A WebSocket from its handshake to its close.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "net/run.hpp"
#include "net/stream.hpp"
#include "websocket/plan.hpp"

namespace telltale::websocket {

/// Opens a WebSocket on a connection; pings, and sends and expects what the plan says, in this order; and closes it.
/// What else the server says in between is skipped. No operation is left behind; the arguments must outlive it.
boost::asio::awaitable<finding> hold_session(net::run&, const plan&, net::stream&);

}  // namespace telltale::websocket
