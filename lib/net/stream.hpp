// A connection to a server, plain or TLS, that ends by itself at one deadline.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

namespace telltale::net {

using error_code = boost::system::error_code;
using time_point = std::chrono::steady_clock::time_point;

struct transferred {
  error_code error;       ///< `asio::error::timed_out` at the deadline, `asio::error::eof` when the peer has ended
  std::size_t bytes = 0;  ///< 0 exactly when there is an error
};

/// No operation is left pending when a step returns. Steps are taken one after the other, except that one read may be
/// under way while something is written. The deadline is set when the stream is made: at that moment the socket is
/// closed and the step fails with `timed_out`, as does every later one. After any other failure of a write, what the
/// peer has sent can still be read. Destroying the stream closes it; nothing may be under way then.
class stream {
 public:
  virtual ~stream() = default;
  virtual boost::asio::any_io_executor get_executor() = 0;
  /// Reads what there is, at least one byte; of a UDP socket one datagram. `into` must stay valid until this returns.
  virtual boost::asio::awaitable<transferred> read_some(std::span<char> into) = 0;
  /// Writes all of it. The bytes must stay valid until this returns.
  virtual boost::asio::awaitable<error_code> write(std::string_view bytes) = 0;
  /// Tells the peer that nothing more is sent (close_notify, FIN); its answer can still be read.
  virtual boost::asio::awaitable<error_code> shutdown_send() = 0;
  /// Ends politely: shuts down, waits for the peer to do so too, no longer than `wait` and the deadline, and closes.
  virtual boost::asio::awaitable<void> close(std::chrono::milliseconds wait) = 0;
  /// Brings the deadline forward, for a step that may take less than the rest; a later one than now set has no effect.
  virtual void expire_by(time_point) = 0;
};

}  // namespace telltale::net
