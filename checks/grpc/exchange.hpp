// Runs one health call over an open connection.
#pragma once

#include <chrono>

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
  std::chrono::nanoseconds wait{0};  ///< from the call to its end
};

/// Calls over the kept connection or a new one. A kept connection that the server has closed, on which it does not
/// process the call (GOAWAY, REFUSED_STREAM), or that is silent for half of the time, is replaced by a new one, once;
/// the run's latency begins then. The arguments must outlive the coroutine.
boost::asio::awaitable<answer> ask(net::run&, const plan&, net::kept_connection&);

/// Keeps the connection of a successful call that was not slow, and ends any other (GOAWAY).
boost::asio::awaitable<void> put_back(const net::run&, net::kept_connection&, answer);

}  // namespace telltale::grpc
