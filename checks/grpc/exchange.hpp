// Runs one health call over an open connection.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "grpc/plan.hpp"
#include "net/run.hpp"
#include "net/stream.hpp"

namespace telltale::grpc {

/// Calls and waits for the reply. The arguments must outlive the coroutine; the session must be that of the stream.
boost::asio::awaitable<finding> ask(net::run&, const plan&, session&, net::stream&);

/// Says GOAWAY and closes the stream gracefully.
boost::asio::awaitable<void> leave(session&, net::stream&);

}  // namespace telltale::grpc
