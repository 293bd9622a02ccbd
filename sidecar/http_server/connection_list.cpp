#include "http_server/connection_list.hpp"

#include <iterator>
#include <utility>

namespace telltale {

connection_list::membership connection_list::join(droppable& who, clock::time_point now) {
  idle_.push_back({&who, now, state::idle});
  return {*this, std::prev(idle_.end())};
}

void connection_list::move(records::iterator at, state to, clock::time_point now) {
  if (at->is == state::dropped) return;
  auto& from = of(at->is);
  auto& target = of(to);
  target.splice(target.end(), from, at);
  at->is = to;
  at->since = now;
}

void connection_list::drop(records::iterator at) {
  move(at, state::dropped, at->since);
  at->who->drop();
}

bool connection_list::evict(clock::time_point now) {
  const bool idle_long = !idle_.empty() && now - idle_.front().since >= grace;
  auto& from = idle_long || busy_.empty() ? idle_ : busy_;
  if (from.empty()) return false;
  drop(from.begin());
  return true;
}

void connection_list::drop_idle() {
  while (!idle_.empty()) drop(idle_.begin());
}

void connection_list::drop_all() {
  drop_idle();
  while (!busy_.empty()) drop(busy_.begin());
}

connection_list::membership::membership(membership&& other) noexcept
    : list_(std::exchange(other.list_, nullptr)), at_(other.at_) {}

void connection_list::membership::idle(clock::time_point now) {
  if (list_ != nullptr) list_->move(at_, state::idle, now);
}

void connection_list::membership::busy(clock::time_point now) {
  if (list_ != nullptr) list_->move(at_, state::busy, now);
}

void connection_list::membership::leave() {
  if (auto* list = std::exchange(list_, nullptr)) list->of(at_->is).erase(at_);
}

}  // namespace telltale
