// Accepts connections and evicts others at the limit.
#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "http_server/connection.hpp"
#include "http_server/listener.hpp"
#include "http_server/tls_renewal.hpp"

namespace telltale {

/// Runs until the listener is closed. At the connection limit it evicts a connection (see connection_list). When the
/// kernel has no descriptor or memory left, it evicts one and pauses: the pending connection keeps the listening socket
/// readable, so continuing at once would be a busy loop. `tls` is null for plain HTTP.
boost::asio::awaitable<void> accept_loop(std::shared_ptr<server_state>, std::shared_ptr<listener>,
                                         std::shared_ptr<const tls_renewal> tls);

}  // namespace telltale
