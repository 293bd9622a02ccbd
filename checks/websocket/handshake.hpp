// The stream below a WebSocket: it reads the reply to the handshake by itself, which may be anything.
#pragma once

#include <string>
#include <string_view>

#include <telltale/finding.hpp>

#include "net/run.hpp"
#include "net/stream.hpp"
#include "websocket/plan.hpp"

namespace telltale::websocket {

/// Passes on what is written to the stream of a connection. Read from it, the reply to the handshake has the shortest
/// form; a reply that opens no WebSocket is an error, and `declined` says why. Beast would look at the first header of
/// a name only, read the body of a declined handshake to its end, and not tell what else the reply was.
class handshake_stream final : public net::stream {
 public:
  /// All must outlive it.
  handshake_stream(net::run& now, const plan& what, net::stream& below) : now_(now), what_(what), below_(below) {}

  finding declined;
  /// Of the last write that failed since the reply. Such writes succeed for Beast, whose next read tells more about the
  /// end of the connection: the server may have said why before.
  net::error_code unwritten;

  /// Whether the server answered with another HTTP response behind the 101, as some applications and proxies do.
  boost::asio::awaitable<bool> replied_twice();

  boost::asio::any_io_executor get_executor() override { return below_.get_executor(); }
  boost::asio::awaitable<net::transferred> read_some(std::span<char> into) override;
  boost::asio::awaitable<net::error_code> write(std::string_view bytes) override;
  boost::asio::awaitable<net::error_code> shutdown_send() override { return below_.shutdown_send(); }
  boost::asio::awaitable<void> close(std::chrono::milliseconds wait) override { return below_.close(wait); }
  void expire_by(net::time_point deadline) override { below_.expire_by(deadline); }

 private:
  boost::asio::awaitable<finding> read_reply();
  boost::asio::awaitable<finding> read_head(std::string& bytes, std::size_t& head);
  boost::asio::awaitable<bool> body_asks_for_tls(std::string bytes, std::size_t head);

  net::run& now_;
  const plan& what_;
  net::stream& below_;
  bool replied_ = false;
  std::string ahead_;  ///< what is read before anything else that is received
  std::string front_;  ///< the first bytes behind the reply
};

}  // namespace telltale::websocket
