// The interface of a connection to a server, plain or TLS, that is closed at its deadline.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

namespace telltale::net {

using error_code = boost::system::error_code;
using time_point = std::chrono::steady_clock::time_point;
inline constexpr time_point no_deadline = time_point::max();

struct transferred {
  error_code error;       ///< `asio::error::timed_out` at the deadline, `asio::error::eof` when the peer has ended
  std::size_t bytes = 0;  ///< 0 exactly when there is an error
};

/// What an idle stream shows without waiting.
enum class idle_state : std::uint8_t {
  quiet,     ///< open, and nothing has arrived
  readable,  ///< the peer has sent data; over TLS also the end of the session
  closed     ///< the peer or the deadline has closed it
};

/// No operation is pending when a call returns. Calls are sequential, except that one read may run while a write does.
/// The deadline is set when the stream is created. At the deadline the socket is closed, and the current call and all
/// later ones fail with `timed_out`; a later deadline does not open it again. After any other write failure, data that
/// the peer has sent can still be read. Destroying the stream closes it; no call may be pending then.
class stream {
 public:
  virtual ~stream() = default;
  virtual boost::asio::any_io_executor get_executor() = 0;
  /// Reads the available bytes, at least one; one datagram from a UDP socket. `into` must stay valid until this
  /// returns.
  virtual boost::asio::awaitable<transferred> read_some(std::span<char> into) = 0;
  /// Writes all of it. The bytes must stay valid until this returns.
  virtual boost::asio::awaitable<error_code> write(std::string_view bytes) = 0;
  /// Shuts down the sending side (close_notify, FIN); the peer's response can still be read.
  virtual boost::asio::awaitable<error_code> shutdown_send() = 0;
  /// Closes gracefully: shuts down, waits for the peer to do the same until `wait` or the deadline, and closes.
  virtual boost::asio::awaitable<void> close(std::chrono::milliseconds wait) = 0;
  /// Moves the deadline forward, for a step with its own time limit; a deadline later than the current has no effect.
  virtual void expire_by(time_point) = 0;
  /// Replaces the deadline, by an earlier or a later one: each use of a kept stream has its own. With `no_deadline`,
  /// for the time between two uses, the stream has no timer.
  virtual void set_deadline(time_point) = 0;
  /// Does not wait and consumes nothing. Only while no call is pending.
  virtual idle_state peek() = 0;
};

}  // namespace telltale::net
