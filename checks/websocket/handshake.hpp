// The stream below a WebSocket, which reads and validates the reply to the handshake.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>

#include <telltale/finding.hpp>

#include "net/run.hpp"
#include "net/stream.hpp"
#include "websocket/plan.hpp"

namespace telltale::websocket {

/// Forwards writes to the stream of a connection. Reads return a minimal form of the handshake reply; a reply that does
/// not open a WebSocket is an error that `declined` explains. Beast alone would check only the first header of a name,
/// read the body of a declined handshake to its end, and not expose the reply.
class handshake_stream final : public net::stream {
 public:
  /// All must outlive it.
  handshake_stream(net::run& now, const plan& what, net::stream& below)
      : now_(now), what_(what), below_(below), written_(below.get_executor()) {}

  finding declined;
  /// The error of the last failed write since the reply. Such writes succeed for Beast, because its next read may
  /// return the server's explanation.
  net::error_code unwritten;

  /// Sends a close frame with code 1000. From then on Beast's own writes are discarded: it would send a second one.
  /// Beast cannot close while one of its reads is pending: the close waits for the read, and a read that finds an
  /// invalid frame waits for the close.
  boost::asio::awaitable<void> send_close();

  /// Whether the server sent another HTTP response behind the 101, as some applications and proxies do.
  boost::asio::awaitable<bool> replied_twice();

  boost::asio::any_io_executor get_executor() override { return below_.get_executor(); }
  boost::asio::awaitable<net::transferred> read_some(std::span<char> into) override;
  boost::asio::awaitable<net::error_code> write(std::string_view bytes) override;
  boost::asio::awaitable<net::error_code> shutdown_send() override { return below_.shutdown_send(); }
  boost::asio::awaitable<void> close(std::chrono::milliseconds wait) override { return below_.close(wait); }
  void expire_by(net::time_point deadline) override { below_.expire_by(deadline); }
  void set_deadline(net::time_point deadline) override { below_.set_deadline(deadline); }
  net::idle_state peek() override { return below_.peek(); }

 private:
  boost::asio::awaitable<finding> read_reply();
  boost::asio::awaitable<finding> read_head(std::string& bytes, std::size_t& head);
  boost::asio::awaitable<bool> body_asks_for_tls(std::string bytes, std::size_t head);

  net::run& now_;
  const plan& what_;
  net::stream& below_;
  boost::asio::steady_timer written_;  ///< cancelled when a write of Beast has ended
  bool writing_ = false;
  bool closing_ = false;
  bool replied_ = false;
  std::string ahead_;  ///< bytes that reads return before newly received ones
  std::string front_;  ///< the first bytes behind the reply
};

}  // namespace telltale::websocket
