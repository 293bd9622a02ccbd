// Implements plain streams: a socket and a timer, which closes the socket at the deadline.
#include "net/socket_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace telltale::net {
namespace {

namespace asio = boost::asio;
using protocol = asio::generic::stream_protocol;
using clock = std::chrono::steady_clock;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

error_code last_error() { return {errno, boost::system::system_category()}; }

/// Shared with the timer's handler, which may still be queued after the stream is destroyed or its deadline changed.
struct line {
  explicit line(const asio::any_io_executor& executor) : socket(executor) {}
  /// Whether the deadline has passed; the socket is closed then.
  bool late() {
    if (expired || clock::now() < deadline) return expired;
    error_code ignored;
    socket.close(ignored);
    return expired = true;
  }
  protocol::socket socket;
  time_point deadline = no_deadline;
  bool expired = false;
};

class socket_stream final : public stream {
 public:
  explicit socket_stream(const asio::any_io_executor& executor)
      : line_(std::make_shared<line>(executor)), timer_(executor) {}

  asio::any_io_executor get_executor() override { return timer_.get_executor(); }

  void set_deadline(time_point deadline) override {
    if (!late()) start_timer(deadline);
  }

  void start_timer(time_point deadline) {
    if (deadline == line_->deadline) return;
    line_->deadline = deadline;
    timer_.expires_at(deadline);
    if (deadline == no_deadline) return;
    timer_.async_wait([weak = std::weak_ptr(line_)](error_code cancelled) {
      const auto held = weak.lock();
      if (held && !cancelled) held->late();
    });
  }

  void expire_by(time_point deadline) override {
    if (deadline < line_->deadline) start_timer(deadline);
  }

  idle_state peek() override {
    if (late() || ended_) return idle_state::closed;
    char next = 0;
    const auto count = ::recv(line_->socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return idle_state::readable;
    const bool nothing = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return nothing ? idle_state::quiet : idle_state::closed;
  }

  asio::awaitable<error_code> connect(socket_address to, int type) {
    const int family = to.protocol().family();
    const int made = ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) co_return last_error();
    error_code error;
    line_->socket.assign(protocol(family, 0), made, error);
    if (error) ::close(made);
    if (!error) error = co_await connect(to);
    const int on = 1;
    if (!error && type == SOCK_STREAM && family != AF_UNIX)
      ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    co_return plain(error);
  }

  asio::awaitable<transferred> read_some(std::span<char> into) override {
    if (late()) co_return transferred{asio::error::timed_out, 0};
    // Asio would wait until the deadline: the reactor reports the end of a stream only once.
    if (ended_) co_return transferred{asio::error::eof, 0};
    const auto buffer = asio::buffer(into.data(), into.size());
    auto [error, count] = co_await line_->socket.async_read_some(buffer, no_throw);
    ended_ = error == asio::error::eof;
    co_return transferred{plain(error), count};
  }

  asio::awaitable<error_code> write(std::string_view bytes) override {
    if (late()) co_return asio::error::timed_out;
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    auto [error, count] = co_await asio::async_write(line_->socket, buffer, no_throw);
    co_return plain(error);
  }

  asio::awaitable<error_code> shutdown_send() override {
    if (late()) co_return asio::error::timed_out;
    error_code error;
    line_->socket.shutdown(protocol::socket::shutdown_send, error);
    co_return error;
  }

  asio::awaitable<void> close(std::chrono::milliseconds wait) override {
    expire_by(clock::now() + wait);
    auto error = co_await shutdown_send();
    std::array<char, 512> discarded;  // larger coroutine frames are allocated slowly
    // Bounded, so that a peer that floods does not keep the stream open until the deadline.
    for (int rounds = 0; !error && rounds < 2048; ++rounds) {
      const auto got = co_await read_some(discarded);
      error = got.error;
    }
    line_->socket.close(error);
  }

 private:
  /// Available data would be read before an expired timer is handled, so a flood would continue after the deadline.
  bool late() { return line_->late(); }

  error_code plain(error_code error) const { return error && line_->expired ? asio::error::timed_out : error; }

  /// On loopback the handshake is complete when the first call returns; the second one reports it without a wait.
  asio::awaitable<error_code> connect(const socket_address& to) {
    while (!late()) {
      if (::connect(line_->socket.native_handle(), to.data(), static_cast<socklen_t>(to.size())) == 0)
        co_return error_code();
      if (errno == EALREADY) co_await line_->socket.async_wait(protocol::socket::wait_write, no_throw);
      else if (errno == EAGAIN && to.protocol().family() == AF_UNIX) co_await pause();
      else if (errno != EINPROGRESS && errno != EINTR) co_return last_error();
    }
    co_return asio::error::timed_out;
  }

  /// A Unix socket whose backlog is full returns EAGAIN at once and gives no notification when there is room again.
  asio::awaitable<void> pause() {
    asio::steady_timer timer(get_executor(), std::chrono::milliseconds(5));
    co_await timer.async_wait(no_throw);
  }

  std::shared_ptr<line> line_;
  asio::steady_timer timer_;
  bool ended_ = false;  ///< the peer has shut down its sending side
};

}  // namespace

asio::awaitable<connected> connect(asio::any_io_executor executor, socket_address to, int type, time_point until,
                                   time_point deadline) {
  auto line = std::make_unique<socket_stream>(executor);
  line->start_timer(until);
  const auto error = co_await line->connect(to, type);
  connected out;
  out.error = error;
  if (error) co_return out;
  line->start_timer(deadline);
  out.line = std::move(line);
  co_return out;
}

}  // namespace telltale::net
