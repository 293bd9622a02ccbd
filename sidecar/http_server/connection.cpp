// Implements the coroutine of a connection.
#include "http_server/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace telltale {
namespace {

namespace asio = boost::asio;

constexpr asio::use_awaitable_t<loop_executor> resume;

constexpr refusal too_slow{408, "The request was not complete in time."};
constexpr refusal cut_off{400, "The request ended before its head was complete."};

phase_limits limits_by_phase(const http_limits& l) {
  return {l.header_deadline, l.idle_timeout, l.header_deadline, l.write_deadline, l.linger};
}

constexpr std::size_t max_drained_at_once = 64 * 1024;  // bytes read and discarded; then other handlers run

/// The steps of a connection, each as far as possible without waiting. A step returns false when it has to be repeated
/// after `ready`. In a closed connection nothing is left to do: every step returns true.
class connection final : public droppable {
 public:
  connection(std::shared_ptr<server_state> state, descriptor socket, std::unique_ptr<transport> over, bool loopback,
             std::size_t listener)
      : state_(std::move(state)),
        socket_(std::move(socket)),
        transport_(std::move(over)),
        session_(state_->service, loopback, listener),
        membership_(state_->list.join(*this, connection_list::clock::now())) {}
  virtual ~connection() { close(); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  bool open();
  bool receive();
  bool send();
  bool finish();
  /// Whether the last response was sent, or the connection has closed.
  bool is_over() const { return closed_ || response_->closes; }

  /// Completes when the last step can be repeated.
  loop_awaitable<std::tuple<boost::system::error_code>> ready();

  void drop() noexcept override;
  void expire() noexcept override;

 private:
  bool done(io_step, phase);
  bool drain();
  void enter(phase);
  void close() noexcept;
  int socket() { return waiter_ ? waiter_->native_handle() : socket_.get(); }

  std::shared_ptr<server_state> state_;
  descriptor socket_;  // until the first wait; then `waiter_` owns it
  std::optional<asio::posix::basic_stream_descriptor<loop_executor>> waiter_;
  std::unique_ptr<transport> transport_;
  session session_;
  connection_list::membership membership_;
  std::optional<outgoing> response_;
  std::size_t sent_ = 0;
  std::size_t drained_ = 0;
  phase phase_ = phase::opening;
  io_state wanted_ = io_state::want_read;
  bool overdue_ = false;
  bool shut_down_ = false;
  bool closed_ = false;
};

// Restarts the time limit, which counts from the start of a phase; further bytes do not extend it.
void connection::enter(phase next) {
  phase_ = next;
  membership_.enter(next, connection_list::clock::now());
}

// A step that ended or failed closes the connection.
bool connection::done(io_step got, phase now) {
  if (got.state == io_state::want_read || got.state == io_state::want_write) {
    wanted_ = got.state;
    if (phase_ != now) enter(now);
    return false;
  }
  if (got.state != io_state::done) close();
  return true;
}

loop_awaitable<std::tuple<boost::system::error_code>> connection::ready() {
  if (!waiter_) {
    waiter_.emplace(state_->loop, socket_.get());
    static_cast<void>(socket_.release());
  }
  const auto what = wanted_ == io_state::want_write ? asio::posix::descriptor_base::wait_write
                                                    : asio::posix::descriptor_base::wait_read;
  return waiter_->async_wait(what, asio::as_tuple(resume));
}

bool connection::open() {
  if (!done(transport_->open(), phase::opening)) return false;
  if (!closed_) enter(phase::waiting);
  return true;
}

// Reads until there is a response.
bool connection::receive() {
  while (!closed_) {
    response_ = overdue_ ? session_.refuse(too_slow) : session_.next(state_->stopping);
    if (response_) return true;
    const bool between_requests = session_.idle();
    if (state_->stopping && between_requests) break;
    const auto got = transport_->read(session_.room());
    if (got.state == io_state::ended && !between_requests) {
      response_ = session_.refuse(cut_off);
      return true;
    }
    if (!done(got, between_requests ? phase::waiting : phase::head)) return false;
    session_.received(got.bytes);
  }
  close();
  return true;
}

bool connection::send() {
  if (closed_) return true;
  const auto head = std::string_view(response_->head);
  const auto body = response_->body ? std::string_view(*response_->body) : std::string_view();
  while (sent_ < head.size() + body.size()) {
    const auto skip = std::min(sent_, head.size());
    const auto got = transport_->write({head.substr(skip), body.substr(sent_ - skip)});
    if (!done(got, phase::sending)) return false;
    if (closed_) return true;
    sent_ += got.bytes;
  }
  sent_ = 0;
  enter(session_.idle() ? phase::waiting : phase::head);
  return true;
}

bool connection::finish() {
  if (closed_) return true;
  if (!shut_down_) {
    if (!done(transport_->shut_down(), phase::lingering)) return false;
    shut_down_ = true;
    if (response_->peer_is_done) close();
    else ::shutdown(socket(), SHUT_WR);
  }
  return drain();
}

// Closing a socket with unread bytes makes the kernel send a reset, which can destroy the response before the client
// reads it. RFC 9112, 9.6 requires reading on for a while.
bool connection::drain() {
  std::array<char, 4096> sink;
  for (std::size_t read = 0; !closed_ && drained_ < state_->service.limits.drain_bytes;) {
    const auto got = read < max_drained_at_once ? receive_some(socket(), sink) : io_step{io_state::want_read};
    if (!done(got, phase::lingering)) return false;
    read += got.bytes;
    drained_ += got.bytes;
  }
  close();
  return true;
}

void connection::expire() noexcept try {
  if (phase_ != phase::head) return drop();
  overdue_ = true;
  enter(phase::sending);
  if (waiter_) waiter_->cancel();
} catch (const std::exception&) {
  drop();  // no memory for the last response
}

void connection::drop() noexcept {
  if (closed_) return;
  // Discards unsent bytes. Otherwise the kernel would keep them for minutes for a client that does not read.
  constexpr linger at_once{1, 0};
  if (phase_ == phase::sending) ::setsockopt(socket(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close();
}

void connection::close() noexcept {
  if (std::exchange(closed_, true)) return;
  waiter_.reset();
  socket_ = descriptor();
  membership_.leave();
  if (state_->on_closed) state_->on_closed();
}

}  // namespace

server_state::server_state(asio::io_context& io, http_server::handler handler, const http_limits& given)
    : loop(io), service{std::move(handler), given, {}, {}}, list(io, limits_by_phase(given)) {}

loop_awaitable<void> serve_connection(std::shared_ptr<server_state> state, descriptor socket,
                                      std::unique_ptr<transport> over, bool loopback, std::size_t listener) {
  connection peer(state, std::move(socket), std::move(over), loopback, listener);
  while (!peer.open()) co_await peer.ready();
  for (;;) {
    while (!peer.receive()) co_await peer.ready();
    while (!peer.send()) co_await peer.ready();
    if (peer.is_over()) break;
    // Other connections go first. Under load the next request arrives meanwhile, and no wait is needed.
    co_await asio::post(state->loop, resume);
  }
  while (!peer.finish()) co_await peer.ready();
}

}  // namespace telltale
