// Takes new connections in, and makes room for them.
#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "http_server/connection.hpp"
#include "http_server/listener.hpp"
#include "http_server/tls_renewal.hpp"

namespace telltale {

/// Runs until the listener is closed. At the connection limit somebody is evicted (connection_list says who). When the
/// kernel has no descriptor or memory left, somebody is evicted as well, and it pauses: the waiting connection keeps
/// the listening socket readable, so going on at once would be a busy loop. `tls` may be null: plain HTTP.
boost::asio::awaitable<void> accept_loop(std::shared_ptr<server_state>, std::shared_ptr<listener>,
                                         std::shared_ptr<const tls_renewal> tls);

}  // namespace telltale
