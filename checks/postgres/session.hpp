// Holds one session of the check with a server: login, transaction, query.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "net/kept_connection.hpp"
#include "net/run.hpp"
#include "postgres/judge.hpp"
#include "postgres/plan.hpp"

namespace telltale::postgres {

struct spoken {
  finding found;          ///< a failure of the session itself
  bool reusable = false;  ///< the connection can be used for another run
  bool stale = false;     ///< the server has ended the connection, and nothing is known about it
};

/// Over an open connection: logs in, unless an earlier run has, and queries the server. Otherwise as `hold_session`.
boost::asio::awaitable<spoken> session_over(net::run&, const plan&, net::lent_connection&, lag_history&,
                                            std::string& healthy);

/// Over the kept connection or a new one. Adds what was found to the run, except a failure of the session itself,
/// which is returned. `healthy` becomes the sentence of a run without findings. The arguments must outlive the call.
boost::asio::awaitable<finding> hold_session(net::run&, const plan&, net::kept_connection&, lag_history&,
                                             std::string& healthy);

}  // namespace telltale::postgres
