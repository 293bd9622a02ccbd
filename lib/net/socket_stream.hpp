// Opens plain streams: TCP, UDP or Unix sockets, one address at a time.
#pragma once

#include <memory>

#include <boost/asio/generic/stream_protocol.hpp>

#include "net/stream.hpp"

namespace telltale::net {

using socket_address = boost::asio::generic::stream_protocol::endpoint;

struct connected {
  error_code error;
  std::unique_ptr<stream> line;  ///< empty exactly when there is an error
};

/// Tries to connect until `until`; the stream has the deadline `deadline`. `type` is SOCK_STREAM or SOCK_DGRAM.
boost::asio::awaitable<connected> connect(boost::asio::any_io_executor, socket_address, int type, time_point until,
                                          time_point deadline);

}  // namespace telltale::net
