// The conversation of a tcp check over an open connection: sends a text and waits for another.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <telltale/finding.hpp>

#include "net/run.hpp"
#include "net/stream.hpp"
#include "net/tls_facts.hpp"
#include "tcp/plan.hpp"

namespace telltale {

/// Reads at most 64 KiB; `facts` are those of the TLS handshake, if there was one. Measures `reply_seconds`. The
/// arguments must outlive the coroutine.
boost::asio::awaitable<finding> talk(net::run&, const tcp_plan&, net::stream&, const net::tls_facts& facts);

}  // namespace telltale
