// Implements the list of connections with one queue per phase and one timer.
#include "http_server/connection_list.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace telltale {

connection_list::membership connection_list::join(droppable& who, clock::time_point now) {
  constexpr auto first = static_cast<std::size_t>(phase::opening);
  auto& newcomers = lists_[first];
  limit(first, now);
  newcomers.push_back({&who, now, first});
  return {*this, std::prev(newcomers.end())};
}

std::size_t connection_list::size() const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < phase_count; ++i) sum += lists_[i].size();
  return sum;
}

void connection_list::move(records::iterator at, std::size_t to, clock::time_point now) {
  if (at->where == dropped) return;
  auto& target = lists_[to];
  target.splice(target.end(), lists_[at->where], at);
  at->where = to;
  at->since = now;
}

void connection_list::drop(records::iterator at) {
  auto* who = at->who;
  move(at, dropped, at->since);
  who->drop();
}

connection_list::records* connection_list::oldest_of(phase first, phase last) {
  records* oldest = nullptr;
  for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i) {
    auto& here = lists_[i];
    if (!here.empty() && (oldest == nullptr || here.front().since < oldest->front().since)) oldest = &here;
  }
  return oldest;
}

bool connection_list::evict(clock::time_point now) {
  auto* idle = oldest_of(phase::opening, phase::waiting);
  auto* busy = oldest_of(phase::head, phase::lingering);
  const bool idle_long = idle != nullptr && now - idle->front().since >= grace;
  auto* from = idle_long || busy == nullptr ? idle : busy;
  if (from == nullptr) return false;
  drop(from->begin());
  return true;
}

void connection_list::drop_idle() {
  while (auto* idle = oldest_of(phase::opening, phase::waiting)) drop(idle->begin());
}

void connection_list::drop_all() {
  while (auto* any = oldest_of(phase::opening, phase::lingering)) drop(any->begin());
  timer_.cancel();
}

void connection_list::expire(clock::time_point now) {
  for (std::size_t i = 0; i < phase_count; ++i)
    while (!lists_[i].empty() && lists_[i].front().since + limits_[i] <= now) lists_[i].front().who->expire();
}

connection_list::clock::time_point connection_list::next_expiry() const {
  auto out = clock::time_point::max();
  for (std::size_t i = 0; i < phase_count; ++i)
    if (!lists_[i].empty()) out = std::min(out, lists_[i].front().since + limits_[i]);
  return out;
}

void connection_list::limit(std::size_t in_phase, clock::time_point since) {
  if (const auto due = since + limits_[in_phase]; due < due_) wait_until(due);
}

void connection_list::wait_until(clock::time_point due) {
  due_ = due;
  timer_.expires_at(due);
  timer_.async_wait([this, alive = alive_](const boost::system::error_code& ec) {
    if (ec || !*alive) return;
    const auto now = clock::now();
    expire(now);
    if (!*alive) return;
    due_ = clock::time_point::max();
    if (const auto next = next_expiry(); next < due_) wait_until(std::max(next, now + grain));
  });
}

connection_list::membership::membership(membership&& other) noexcept
    : list_(std::exchange(other.list_, nullptr)), at_(other.at_) {}

void connection_list::membership::enter(phase next, clock::time_point now) {
  if (list_ == nullptr || at_->where == dropped) return;
  list_->move(at_, static_cast<std::size_t>(next), now);
  list_->limit(at_->where, now);
}

void connection_list::membership::leave() {
  if (auto* list = std::exchange(list_, nullptr)) list->lists_[at_->where].erase(at_);
}

}  // namespace telltale
