#include "http_server/connection.hpp"

#include <sys/socket.h>

#include <array>
#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "log/log.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr refusal too_slow{408, "The request was not complete in time."};
constexpr refusal cut_off{400, "The request ended before its head was complete."};

void log_exception(const std::exception_ptr& thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    log(log_level::error, "a connection failed", {{"error", std::string_view(e.what())}});
  } catch (...) {
    log(log_level::error, "a connection failed");
  }
}

}  // namespace

connection::connection(std::shared_ptr<server_state> state, std::unique_ptr<byte_stream> stream, bool loopback,
                       std::size_t listener)
    : state_(std::move(state)),
      stream_(std::move(stream)),
      talk_(state_->answer, state_->limits, loopback, listener),
      timer_(stream_->socket().get_executor()),
      membership_(state_->list.join(*this, connection_list::clock::now())) {}

void connection::start(std::shared_ptr<connection> self) {
  const auto executor = self->stream_->socket().get_executor();
  auto ended = [self](const std::exception_ptr& thrown) {
    log_exception(thrown);
    self->leave();
  };
  asio::co_spawn(executor, serve(self), std::move(ended));
}

asio::awaitable<void> connection::serve(std::shared_ptr<connection> self) {
  bool going_on = co_await self->open();
  while (going_on && !self->dropped_) {
    const bool stopping = self->state_->stopping;
    const auto next = self->talk_.next(stopping);
    if (!next && stopping && self->talk_.idle()) break;
    if (!next) {
      going_on = co_await self->receive();
      continue;
    }
    if (next->refused) ++self->state_->refusals[next->status];
    going_on = co_await self->send(*next);
    if (!going_on || !next->closes) continue;
    co_await self->part();
    break;
  }
}

asio::awaitable<bool> connection::open() {
  enter(phase::opening);
  const auto error = co_await stream_->open();
  co_return !error && !dropped_ && !expired_;
}

asio::awaitable<bool> connection::receive() {
  enter(talk_.idle() ? phase::waiting : phase::head);
  io_result got;
  if (!expired_) {
    const auto room = talk_.room();
    const auto into = asio::buffer(room.data(), room.size());
    got = co_await stream_->read_some(into);
  }
  if (dropped_) co_return false;
  if (got.bytes > 0) {
    membership_.busy(connection_list::clock::now());
    talk_.received(got.bytes);
    co_return true;
  }
  const bool half_way = !talk_.idle();
  if (!half_way || (!expired_ && got.error != asio::error::eof)) co_return false;
  const auto last_words = talk_.give_up(expired_ ? too_slow : cut_off);
  ++state_->refusals[last_words.status];
  if (co_await send(last_words)) co_await part();
  co_return false;
}

asio::awaitable<bool> connection::send(const outgoing& out) {
  if (dropped_) co_return false;  // the handler may have ended the server
  enter(phase::sending);
  byte_stream::buffers bytes;
  bytes[0] = asio::buffer(out.head);
  if (out.body) bytes[1] = asio::buffer(*out.body);
  const auto error = co_await stream_->write(bytes);
  co_return !error && !dropped_ && !expired_;
}

// Closing a socket with unread bytes makes the kernel send a reset, which can destroy the answer before it is read:
// RFC 9112, 9.6 asks to go on reading for a while.
asio::awaitable<void> connection::part() {
  enter(phase::parting);
  co_await stream_->farewell();
  error_code ignored;
  auto& socket = stream_->socket();
  socket.shutdown(asio::socket_base::shutdown_send, ignored);
  std::array<char, 4096> sink;
  const auto into = asio::buffer(sink);
  for (auto left = state_->limits.drain_bytes; left > 0 && !dropped_ && !expired_;) {
    auto [error, bytes] = co_await socket.async_read_some(into, no_throw);
    if (error) break;
    left -= std::min(left, bytes);
  }
}

std::chrono::milliseconds connection::limit_of(phase p) const {
  switch (p) {
    case phase::opening:
    case phase::head:
      return state_->limits.header_deadline;
    case phase::waiting:
      return state_->limits.idle_timeout;
    case phase::sending:
      return state_->limits.write_deadline;
    case phase::parting:
      break;
  }
  return state_->limits.linger;
}

// The clock of a phase runs from when it is entered: dripping bytes does not wind it up again.
void connection::enter(phase p) {
  const auto now = connection_list::clock::now();
  if (p == phase_ && p == phase::waiting) membership_.idle(now);
  if (p == phase_ && (p == phase::waiting || p == phase::head)) return;
  phase_ = p;
  if (p == phase::opening || p == phase::waiting) membership_.idle(now);
  else membership_.busy(now);
  expired_ = false;
  timer_.expires_after(limit_of(p));
  auto expiry = [weak = weak_from_this(), round = ++timer_round_](const error_code& ec) {
    const auto self = weak.lock();
    if (!ec && self && self->timer_round_ == round) self->expire();
  };
  timer_.async_wait(std::move(expiry));
}

void connection::expire() noexcept {
  expired_ = true;
  error_code ignored;
  if (phase_ == phase::sending) close();
  else stream_->socket().cancel(ignored);
}

void connection::drop() noexcept {
  dropped_ = true;
  close();
}

void connection::close() noexcept {
  error_code ignored;
  auto& socket = stream_->socket();
  // Unsent bytes would otherwise occupy the kernel for minutes on behalf of a peer that does not read.
  if (phase_ == phase::sending) socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

void connection::leave() {
  error_code ignored;
  timer_.cancel();
  stream_->socket().close(ignored);  // not close(): what was sent is still to arrive
  membership_.leave();
  if (state_->on_left) state_->on_left();
}

}  // namespace telltale
