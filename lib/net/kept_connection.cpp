// Implements the rules under which a connection is used again.
#include "net/kept_connection.hpp"

#include <algorithm>
#include <utility>

namespace telltale::net {
namespace {

namespace asio = boost::asio;
constexpr std::chrono::milliseconds close_wait{250};

asio::awaitable<void> say_farewell(const lent_connection& to) {
  const auto bytes = to.state ? to.state->farewell() : std::string_view();
  if (!bytes.empty()) co_await to.line->write(bytes);
}

}  // namespace

options_of<reconnect_options> reconnect_options::declared() {
  return options_of<reconnect_options>().optional(
      "reconnect", &reconnect_options::reconnect,
      "Age up to which the check uses its connection again; 0s: each run opens a new one. A new connection shows what "
      "a "
      "kept one hides, such as a full backlog or another certificate. After a failure the next one is always new.");
}

void lent_connection::wait_for_first_byte(const run& now) {
  if (!reused) return;
  const auto begin = std::chrono::steady_clock::now();
  line->set_deadline(begin + (now.until - begin) / 2);
}

bool is_slow(const run& now, std::chrono::nanoseconds wait) { return wait > (now.until - now.begin) / 4; }

bool kept_connection::is_usable(const lent_connection& one) const {
  if (std::chrono::steady_clock::now() - one.since >= reconnect_) return false;
  const auto seen = one.line->peek();
  return seen == idle_state::quiet || (seen == idle_state::readable && input_ == idle_input::allowed);
}

asio::awaitable<lent_connection> kept_connection::open(run& now, const target& what) {
  auto last = std::exchange(idle_, std::nullopt);
  if (last && is_usable(*last)) {
    last->line->set_deadline(now.until);
    last->reused = true;
    now.certificate = last->certificate;
    now.client_certificate_wanted = last->client_certificate_wanted;
    if (what.tls) judge_certificate(now, what.tls->options.certificate);
    co_return std::move(*last);
  }
  if (last) {
    last->line->set_deadline(std::min(now.until, std::chrono::steady_clock::now() + close_wait));
    co_await say_farewell(*last);
    co_await last->line->shutdown_send();
    last.reset();
  }
  lent_connection out;
  out.since = std::chrono::steady_clock::now();
  auto made = co_await dial(now, what);
  out.line = std::move(made.line);
  out.where = made.where;
  out.failed = std::move(made.failed);
  out.certificate = now.certificate;
  out.client_certificate_wanted = now.client_certificate_wanted;
  co_return out;
}

asio::awaitable<void> kept_connection::give_back(lent_connection used) {
  if (!keeps()) {
    co_await say_farewell(used);
    co_await used.line->close(close_wait);
    co_return;
  }
  used.line->set_deadline(no_deadline);
  idle_ = std::move(used);
}

}  // namespace telltale::net
