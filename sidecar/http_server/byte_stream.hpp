// What a connection needs of its transport, so that TCP, Unix sockets and TLS share one session.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>

namespace telltale {

struct io_result {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

/// Failures come back as error codes. Closing or cancelling the socket ends the operation under way.
class byte_stream {
 public:
  using socket_type = boost::asio::generic::stream_protocol::socket;
  using buffers = std::array<boost::asio::const_buffer, 2>;

  virtual ~byte_stream() = default;

  /// Makes the stream ready for reading: the TLS handshake, or nothing.
  virtual boost::asio::awaitable<boost::system::error_code> open() = 0;
  /// At least one byte, or an error; the end of the stream is `asio::error::eof`.
  virtual boost::asio::awaitable<io_result> read_some(boost::asio::mutable_buffer) = 0;
  /// All of it, in one gathered write where the transport can.
  virtual boost::asio::awaitable<boost::system::error_code> write(buffers) = 0;
  /// Says that nothing more will be sent: TLS's close_notify, or nothing.
  virtual boost::asio::awaitable<void> farewell() = 0;

  virtual socket_type& socket() = 0;
};

std::unique_ptr<byte_stream> make_plain_stream(byte_stream::socket_type);

}  // namespace telltale
