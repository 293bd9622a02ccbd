// Implements a connection as a state machine over its phases.
#include "http_server/connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

#include "log/log.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;

constexpr refusal too_slow{408, "The request was not complete in time."};
constexpr refusal cut_off{400, "The request ended before its head was complete."};

constexpr int max_responses_per_iteration = 16;               // of pipelined requests; then other handlers run
constexpr std::size_t max_drained_per_iteration = 64 * 1024;  // bytes read and discarded; likewise

phase_limits limits_by_phase(const http_limits& l) {
  return {l.header_deadline, l.idle_timeout, l.header_deadline, l.write_deadline, l.linger};
}

}  // namespace

server_state::server_state(asio::io_context& io, http_server::handler handler, http_limits given)
    : loop(io),
      service{std::move(handler), given, {}, {}},
      sockets(std::make_shared<readiness>(io)),
      clock(io, list, limits_by_phase(given)) {}

connection::connection(std::shared_ptr<server_state> state, descriptor socket, std::unique_ptr<transport> over,
                       bool loopback, std::size_t listener)
    : state_(std::move(state)),
      socket_(std::move(socket)),
      transport_(std::move(over)),
      session_(state_->service, loopback, listener),
      now_(connection_list::clock::now()),
      membership_(state_->list.join(*this, now_)) {}

void connection::start() {
  state_->clock.entered(phase::opening, now_);
  serve();
}

// Extra calls have no effect.
void connection::serve() noexcept {
  const auto self = shared_from_this();
  try {
    now_ = connection_list::clock::now();
    answers_ = 0;
    while (!closed_ && step()) continue;
  } catch (const std::exception& e) {
    log(log_level::error, "a connection failed", {{"error", std::string_view(e.what())}});
    leave();
  } catch (...) {
    log(log_level::error, "a connection failed");
    leave();
  }
}

/// Returns false when the connection must wait or has been closed.
bool connection::step() {
  switch (phase_) {
    case phase::opening:
      return open();
    case phase::waiting:
    case phase::head:
      return receive();
    case phase::sending:
      return send();
    case phase::lingering:
      break;
  }
  return part();
}

bool connection::blocked(io_step got) {
  if (got.state == io_state::want_read || got.state == io_state::want_write) wait(got.state);
  else leave();
  return false;
}

bool connection::open() {
  const auto got = transport_->open();
  if (got.state != io_state::done) return blocked(got);
  enter(phase::waiting);
  return true;
}

bool connection::receive() {
  const bool stopping = state_->stopping;
  if (auto next = session_.next(stopping)) {
    answer(*std::move(next));
    return true;
  }
  if (stopping && session_.idle()) {
    leave();
    return false;
  }
  const auto room = session_.room();
  const auto got = transport_->read(room);
  unread_ = peer_ended_ || !got.all;
  if (got.bytes > 0) {
    if (phase_ == phase::waiting) enter(phase::head);
    session_.received(got.bytes);
    return true;
  }
  if (got.state != io_state::ended || session_.idle()) return blocked(got);
  answer(session_.refuse(cut_off));
  return true;
}

void connection::answer(outgoing next) {
  if (next.refused) ++state_->refusals[next.status];
  out_ = std::move(next);
  sent_ = 0;
  if (!closed_) enter(phase::sending);  // the handler may have closed the connection
}

bool connection::send() {
  const auto head = std::string_view(out_.head);
  const auto body = out_.body ? std::string_view(*out_.body) : std::string_view();
  for (const auto size = head.size() + body.size(); sent_ < size;) {
    const auto skip = std::min(sent_, head.size());
    const auto got = transport_->write({head.substr(skip), body.substr(sent_ - skip)});
    if (got.state != io_state::done) return blocked(got);
    sent_ += got.bytes;
  }
  if (out_.closes) {
    to_drain_ = state_->service.limits.drain_bytes;
    enter(phase::lingering);
    return true;
  }
  enter(session_.idle() ? phase::waiting : phase::head);
  if (session_.idle() && !unread_ && !state_->stopping) {
    wait(io_state::want_read);
    return false;
  }
  if (++answers_ < max_responses_per_iteration) return true;
  go_on_later();
  return false;
}

bool connection::part() {
  if (!shut_down_sent_) {
    const auto got = transport_->shut_down();
    if (got.state == io_state::want_read || got.state == io_state::want_write) return blocked(got);
    shut_down_sent_ = true;
    if (out_.peer_is_done) {
      leave();
      return false;
    }
    ::shutdown(socket_.get(), SHUT_WR);
  }
  return drain();
}

// Closing a socket with unread bytes makes the kernel send a reset, which can destroy the response before the client
// reads it. RFC 9112, 9.6 requires reading on for a while.
bool connection::drain() {
  std::array<char, 4096> sink;
  for (std::size_t read = 0; read < max_drained_per_iteration && to_drain_ > 0;) {
    const auto got = receive_some(socket_.get(), sink);
    if (got.state != io_state::done) return blocked(got);
    read += got.bytes;
    to_drain_ -= std::min(to_drain_, got.bytes);
  }
  if (to_drain_ > 0) go_on_later();
  else leave();
  return false;
}

// The time limit counts from the start of the phase; further bytes do not extend it.
void connection::enter(phase p) {
  phase_ = p;
  membership_.enter(p, now_);
  state_->clock.entered(p, now_);
}

// The first registration reports the current readiness at once.
void connection::wait(io_state wanted) {
  if (!registered_) registered_.emplace(state_->sockets->add(socket_.get(), shared_from_this()));
  if (wanted == io_state::want_write) registered_->write_too();
}

void connection::go_on_later() {
  asio::post(state_->loop, [self = shared_from_this()] { self->serve(); });
}

void connection::ready(bool ended) noexcept {
  unread_ = true;
  peer_ended_ = peer_ended_ || ended;
  serve();
}

void connection::expire() noexcept {
  const auto self = shared_from_this();
  if (phase_ != phase::head) return drop();
  try {
    now_ = connection_list::clock::now();
    answer(session_.refuse(too_slow));
  } catch (const std::exception&) {
    return drop();  // no memory for the last response
  }
  serve();
}

void connection::drop() noexcept {
  if (closed_) return;
  // Discards unsent bytes. Otherwise the kernel would keep them for minutes for a client that does not read.
  constexpr linger at_once{1, 0};
  if (phase_ == phase::sending) ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  leave();
}

void connection::close() noexcept {
  registered_.reset();
  socket_ = descriptor();
}

void connection::leave() noexcept {
  const auto self = shared_from_this();
  if (std::exchange(closed_, true)) return;
  close();
  membership_.leave();
  if (state_->on_closed) state_->on_closed();
}

}  // namespace telltale
