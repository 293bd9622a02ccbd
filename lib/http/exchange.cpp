// Implements the order of an exchange and its retry.
#include "http/exchange.hpp"

#include <utility>

namespace telltale::http {

namespace asio = boost::asio;

/// A server closes an idle connection without notice, or with a 408 (RFC 9110 section 15.5.9).
bool exchange::was_stale() const {
  return lent_.reused && reader_ && (reader_->unanswered() || reader_->head().status == 408);
}

asio::awaitable<finding> exchange::attempt() {
  reader_.reset();
  lent_ = co_await kept_.open(now_, to_);
  if (!lent_.line) co_return lent_.failed;
  reader_.emplace(now_, *lent_.line);
  // A server may decline a request before it has read all of it: its reply is more specific than the closed connection.
  const auto begin = std::chrono::steady_clock::now();
  lent_.wait_for_first_byte(now_);
  co_await lent_.line->write(request_);
  auto failed = co_await reader_->read_head(to_.tls.has_value());
  wait_ = std::chrono::steady_clock::now() - begin;
  co_return failed;
}

asio::awaitable<finding> exchange::begin() {
  auto failed = co_await attempt();
  if (!was_stale()) co_return failed;
  const bool was_silent = failed.reason == reason::timeout;
  now_.begin = std::chrono::steady_clock::now();  // the wait on a dead connection is no latency of the server
  failed = co_await attempt();
  if (was_silent && failed.reason == reason::timeout) failed.sentence += " (on the kept connection, then on a new one)";
  co_return failed;
}

asio::awaitable<finding> exchange::read_body(std::size_t most, body_sink sink) {
  const bool to_head_request = request_.starts_with("HEAD ");
  co_return co_await reader_->read_body(to_head_request, most, std::move(sink));
}

asio::awaitable<void> exchange::end() {
  if (!reader_ || !reader_->reusable() || (kept_.keeps() && is_slow(now_, wait_))) co_return;
  reader_.reset();
  co_await kept_.give_back(std::move(lent_));
}

}  // namespace telltale::http
