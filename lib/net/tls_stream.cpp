// Transfers bytes between a TLS session and the underlying stream.
#include "net/tls_stream.hpp"

#include <array>

#include <boost/asio/error.hpp>

#include "net/tls_failure.hpp"
#include "net/tls_session.hpp"

namespace telltale::net {
namespace {

namespace asio = boost::asio;
using state = tls_session::state;

class tls_stream final : public stream {
 public:
  tls_stream(std::unique_ptr<stream> below, const tls_client& client) : below_(std::move(below)), session_(client) {}

  asio::any_io_executor get_executor() override { return below_->get_executor(); }
  void expire_by(time_point deadline) override { below_->expire_by(deadline); }
  void set_deadline(time_point deadline) override { below_->set_deadline(deadline); }
  const tls_session& session() const { return session_; }

  idle_state peek() override {
    switch (session_.peek()) {
      case state::done:
        return idle_state::readable;
      case state::want_input:
        return below_->peek();
      default:
        return idle_state::closed;
    }
  }

  asio::awaitable<error_code> handshake() {
    for (;;) {
      const auto now = session_.handshake();
      const auto unsent = co_await flush();
      if (now == state::failed) co_return tls_error(session_.error());
      if (unsent == asio::error::timed_out || now == state::done) co_return unsent;
      const auto error = co_await fill();  // also after a failed write: an alert may contain the cause
      if (error) co_return error;
    }
  }

  asio::awaitable<transferred> read_some(std::span<char> into) override {
    transferred out;
    while (!out.error) {
      const auto now = session_.read(into, out.bytes);
      const auto unsent = co_await flush();
      if (now == state::done) break;
      out.bytes = 0;
      if (now == state::ended) out.error = asio::error::eof;
      if (now == state::failed) out.error = tls_error(session_.error());
      if (unsent == asio::error::timed_out) out.error = unsent;
      if (!out.error) out.error = co_await fill();
    }
    co_return out;
  }

  asio::awaitable<error_code> write(std::string_view bytes) override {
    if (session_.write(bytes) != state::done) co_return tls_error(session_.error());
    co_return co_await flush();
  }

  asio::awaitable<error_code> shutdown_send() override {
    session_.shutdown();
    const auto error = co_await flush();
    if (error) co_return error;
    co_return co_await below_->shutdown_send();
  }

  asio::awaitable<void> close(std::chrono::milliseconds wait) override {
    expire_by(std::chrono::steady_clock::now() + wait);
    session_.shutdown();
    co_await flush();
    co_await below_->close(wait);
  }

 private:
  /// Reading can produce output too, such as new keys. A write that is already running sends it.
  asio::awaitable<error_code> flush() {
    error_code error;
    if (sending_) co_return error;
    sending_ = true;
    for (auto bytes = session_.take_output(); !bytes.empty() && !error; bytes = session_.take_output())
      error = co_await below_->write(bytes);
    sending_ = false;
    co_return error;
  }

  /// Many servers close TCP without a close_notify; this is treated as a normal end of stream.
  asio::awaitable<error_code> fill() {
    const auto got = co_await below_->read_some(received_);
    if (!got.error) session_.feed({received_.data(), got.bytes});
    co_return got.error;
  }

  std::unique_ptr<stream> below_;
  tls_session session_;
  bool sending_ = false;
  std::array<char, 4096> received_;
};

std::string explain_handshake(const error_code& error, const tls_session& session) {
  if (error.category() == tls_category()) return session.explain();
  if (error == asio::error::eof)
    return session.heard() ? "the server closed the connection during the TLS handshake"
                           : "the server closed the connection without an answer to the TLS handshake";
  if (error == asio::error::connection_reset || error == asio::error::broken_pipe)
    return session.heard() ? "the server dropped the connection during the TLS handshake"
                           : "the server dropped the connection without an answer to the TLS handshake";
  return "TLS failed: " + error.message();
}

}  // namespace

asio::awaitable<secured> secure(std::unique_ptr<stream> below, const tls_client& client) {
  auto line = std::make_unique<tls_stream>(std::move(below), client);
  secured out;
  out.error = co_await line->handshake();
  if (out.error) {
    out.sentence = explain_handshake(out.error, line->session());
    co_return out;
  }
  out.facts = line->session().facts();
  out.other_protocol = line->session().protocol() != client.protocol;
  out.line = std::move(line);
  co_return out;
}

}  // namespace telltale::net
