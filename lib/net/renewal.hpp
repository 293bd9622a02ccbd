// Finds out in a worker whether secrets can be read again after a server has declined them.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include <telltale/async_check.hpp>

namespace telltale::net {

/// Runs the blocking part, which reads the secrets and drops them, for at most half of the time that is left. Returns
/// why they cannot be read; empty when they can. The loop may then read them at once: the path does not hang.
boost::asio::awaitable<std::string> unreadable_secrets(async_context ctx);

}  // namespace telltale::net
