// Runs one health call over an open connection.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "grpc/plan.hpp"
#include "net/kept_connection.hpp"
#include "net/run.hpp"

namespace telltale::grpc {

/// The finding of one call, and the connection over which it was made, which is open exactly when the call has ended.
struct answer {
  finding found;
  net::lent_connection lent;
};

/// Calls over the kept connection or a new one. The arguments must outlive the coroutine.
boost::asio::awaitable<answer> ask(net::run&, const plan&, net::kept_connection&);

/// Keeps the connection of a successful call, and ends any other (GOAWAY).
boost::asio::awaitable<void> put_back(net::kept_connection&, answer);

}  // namespace telltale::grpc
