// Asks all name servers at once.
#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "dns/name_server.hpp"
#include "dns/query.hpp"
#include "net/run.hpp"

namespace telltale::dns {

/// A reply for each server, by `run.until` at the latest. The arguments must outlive the coroutine.
boost::asio::awaitable<std::vector<reply>> ask(net::run&, const question&, const std::vector<name_server>&);

}  // namespace telltale::dns
