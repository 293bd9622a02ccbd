// Accepts connections and evicts others at the limit.
#pragma once

#include <memory>

#include "http_server/connection.hpp"
#include "http_server/listener.hpp"
#include "http_server/tls_renewal.hpp"

namespace telltale {

/// Accepts until the listener is closed, and starts a coroutine per connection. At the connection limit it evicts a
/// connection (see connection_list). When the kernel has no descriptor or memory left, it evicts one and pauses: the
/// pending connection keeps the listening socket readable, so continuing at once would be a busy loop. `tls` is null
/// for plain HTTP. Returns at once.
void start_accepting(const std::shared_ptr<server_state>&, std::shared_ptr<listener>,
                     std::shared_ptr<const tls_renewal> tls);

}  // namespace telltale
