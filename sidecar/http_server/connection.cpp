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

constexpr int answers_per_turn = 16;                 // of pipelined requests; then everybody else has a turn
constexpr std::size_t drained_per_turn = 64 * 1024;  // the same for what is read and thrown away

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
      talk_(state_->service, loopback, listener),
      now_(connection_list::clock::now()),
      membership_(state_->list.join(*this, now_)) {}

void connection::start() {
  state_->clock.entered(phase::opening, now_);
  go_on();
}

// Called once too often it finds nothing to do.
void connection::go_on() noexcept {
  const auto self = shared_from_this();
  try {
    now_ = connection_list::clock::now();
    answers_ = 0;
    while (!left_ && step()) continue;
  } catch (const std::exception& e) {
    log(log_level::error, "a connection failed", {{"error", std::string_view(e.what())}});
    leave();
  } catch (...) {
    log(log_level::error, "a connection failed");
    leave();
  }
}

/// False: there is something to wait for, or nothing any more.
bool connection::step() {
  switch (phase_) {
    case phase::opening:
      return open();
    case phase::waiting:
    case phase::head:
      return receive();
    case phase::sending:
      return send();
    case phase::parting:
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
  if (auto next = talk_.next(stopping)) {
    answer(*std::move(next));
    return true;
  }
  if (stopping && talk_.idle()) {
    leave();
    return false;
  }
  const auto room = talk_.room();
  const auto got = transport_->read(room);
  unread_ = peer_ended_ || !got.all;
  if (got.bytes > 0) {
    if (phase_ == phase::waiting) enter(phase::head);
    talk_.received(got.bytes);
    return true;
  }
  if (got.state != io_state::ended || talk_.idle()) return blocked(got);
  answer(talk_.give_up(cut_off));
  return true;
}

void connection::answer(outgoing next) {
  if (next.refused) ++state_->refusals[next.status];
  out_ = std::move(next);
  sent_ = 0;
  if (!left_) enter(phase::sending);  // the handler may have ended the server
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
    enter(phase::parting);
    return true;
  }
  enter(talk_.idle() ? phase::waiting : phase::head);
  if (talk_.idle() && !unread_ && !state_->stopping) {
    wait(io_state::want_read);
    return false;
  }
  if (++answers_ < answers_per_turn) return true;
  go_on_later();
  return false;
}

bool connection::part() {
  if (!said_farewell_) {
    const auto got = transport_->farewell();
    if (got.state == io_state::want_read || got.state == io_state::want_write) return blocked(got);
    said_farewell_ = true;
    if (out_.peer_is_done) {
      leave();
      return false;
    }
    ::shutdown(socket_.get(), SHUT_WR);
  }
  return drain();
}

// Closing a socket with unread bytes makes the kernel send a reset, which can destroy the answer before it is read:
// RFC 9112, 9.6 asks to go on reading for a while.
bool connection::drain() {
  std::array<char, 4096> sink;
  for (std::size_t read = 0; read < drained_per_turn && to_drain_ > 0;) {
    const auto got = receive_some(socket_.get(), sink);
    if (got.state != io_state::done) return blocked(got);
    read += got.bytes;
    to_drain_ -= std::min(to_drain_, got.bytes);
  }
  if (to_drain_ > 0) go_on_later();
  else leave();
  return false;
}

// The clock of a phase runs from when it is entered: dripping bytes does not wind it up again.
void connection::enter(phase p) {
  phase_ = p;
  membership_.enter(p, now_);
  state_->clock.entered(p, now_);
}

// The first time the kernel says at once what is there already.
void connection::wait(io_state wanted) {
  if (!registered_) registered_.emplace(state_->sockets->add(socket_.get(), shared_from_this()));
  if (wanted == io_state::want_write) registered_->write_too();
}

void connection::go_on_later() {
  asio::post(state_->loop, [self = shared_from_this()] { self->go_on(); });
}

void connection::ready(bool ended) noexcept {
  unread_ = true;
  peer_ended_ = peer_ended_ || ended;
  go_on();
}

void connection::expire() noexcept {
  const auto self = shared_from_this();
  if (phase_ != phase::head) return drop();
  try {
    now_ = connection_list::clock::now();
    answer(talk_.give_up(too_slow));
  } catch (const std::exception&) {
    return drop();  // no memory for the last words
  }
  go_on();
}

void connection::drop() noexcept {
  if (left_) return;
  // Unsent bytes would otherwise occupy the kernel for minutes on behalf of a peer that does not read.
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
  if (std::exchange(left_, true)) return;
  close();
  membership_.leave();
  if (state_->on_left) state_->on_left();
}

}  // namespace telltale
