// One TCP or TLS connection with a deadline on every step; Beast and OpenSSL stay behind it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "websocket/tls_client.hpp"

namespace telltale::websocket {

using error_code = boost::system::error_code;
using time_point = std::chrono::steady_clock::time_point;

struct transferred {
  error_code error;  ///< `asio::error::timed_out` when the deadline came first, `eof` when the peer has closed
  std::size_t bytes = 0;
};

struct secured {
  error_code error;
  std::string sentence;  ///< set with `error`, unless it is `timed_out`: why, for a person
  std::optional<std::chrono::seconds> certificate_left;  ///< until the server's certificate expires; negative: since
};

/// Steps are taken one after the other; no operation is left pending when a step returns. A step that misses its
/// deadline closes the socket. Destroying the connection closes it.
class connection {
 public:
  virtual ~connection() = default;
  /// Connects; after a failure it may be called again with another endpoint.
  virtual boost::asio::awaitable<error_code> connect(boost::asio::ip::tcp::endpoint, time_point until) = 0;
  /// Makes it a TLS connection. `client` must outlive the connection.
  virtual boost::asio::awaitable<secured> secure(const tls_client& client, time_point until) = 0;
  /// Reads what there is, at least one byte. `into` must stay valid until this returns.
  virtual boost::asio::awaitable<transferred> read_some(std::span<char> into, time_point until) = 0;
  virtual boost::asio::awaitable<error_code> write(std::string_view bytes, time_point until) = 0;
  /// Says goodbye at the transport's level (close_notify, FIN), waits for the peer to do so too, and closes.
  virtual boost::asio::awaitable<void> close(time_point until) = 0;
};

std::unique_ptr<connection> make_connection(boost::asio::any_io_executor);

}  // namespace telltale::websocket
