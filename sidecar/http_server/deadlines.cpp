// Implements the shared deadline timer.
#include "http_server/deadlines.hpp"

#include <algorithm>

namespace telltale {

deadlines::deadlines(boost::asio::io_context& loop, connection_list& list, phase_limits limits)
    : timer_(loop), list_(list), limits_(limits) {}

void deadlines::entered(phase p, clock::time_point now) {
  if (!*alive_) return;
  const auto due = now + limits_[static_cast<std::size_t>(p)];
  if (due < due_) look_at(due);
}

void deadlines::stop() {
  *alive_ = false;
  timer_.cancel();
}

void deadlines::look_at(clock::time_point when) {
  due_ = when;
  timer_.expires_at(when);
  timer_.async_wait([this, alive = alive_](const boost::system::error_code& ec) {
    if (ec || !*alive) return;
    const auto now = clock::now();
    due_ = clock::time_point::max();
    list_.expire(now, limits_);
    if (!*alive) return;
    if (const auto next = list_.next_expiry(limits_)) look_at(std::max(*next, now + grain));
  });
}

}  // namespace telltale
