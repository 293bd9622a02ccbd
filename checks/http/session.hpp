// Sends the request of a check, follows redirects, and judges the reply.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "http/plan.hpp"
#include "net/kept_connection.hpp"
#include "net/run.hpp"

namespace telltale::web {

/// The arguments must outlive the call. `healthy` receives the sentence for a run without findings.
boost::asio::awaitable<finding> hold_session(net::run&, const plan&, net::kept_connection&, std::string& healthy);

}  // namespace telltale::web
