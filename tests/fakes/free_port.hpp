// A port on loopback for a server that cannot choose one itself.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace telltale::fakes {

/// A port that nobody listens on. Another process may take it, so the server's start is tried again with another one.
inline boost::asio::ip::tcp::endpoint free_port() {
  boost::asio::io_context io;
  const boost::asio::ip::tcp::acceptor unused(io, {boost::asio::ip::address_v4::loopback(), 0});
  return unused.local_endpoint();
}

}  // namespace telltale::fakes
