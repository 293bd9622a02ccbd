// One run of the websocket check.
#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include <telltale/async_check.hpp>
#include <telltale/outcome.hpp>

#include "websocket/connection.hpp"
#include "websocket/plan.hpp"

namespace telltale::websocket {

/// Opens, talks, closes; the connection is closed when this returns, whatever happened.
boost::asio::awaitable<outcome> probe(std::shared_ptr<const plan>, async_context, std::unique_ptr<connection>);

}  // namespace telltale::websocket
