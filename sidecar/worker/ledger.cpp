// One compare-and-exchange decides who has a run.
#include "worker/ledger.hpp"

#include <algorithm>
#include <cstring>

namespace telltale {

void ledger::open(std::uint64_t batch, bool waited_for) {
  waited_for_.store(waited_for ? 1 : 0);
  used_.store(0, std::memory_order_relaxed);
  state_.store(word(batch, 1), std::memory_order_release);
}

std::size_t ledger::close(std::uint64_t batch) {
  auto state = state_.load();
  while (is_of(batch, state) && !(state & closed_bit) && !state_.compare_exchange_weak(state, state | closed_bit)) {
  }
  return is_of(batch, state) ? static_cast<std::size_t>(state & begun_mask) : 0;
}

std::optional<std::size_t> ledger::closed(std::uint64_t batch) const {
  const auto state = state_.load();
  if (!is_of(batch, state) || !(state & closed_bit)) return std::nullopt;
  return static_cast<std::size_t>(state & begun_mask);
}

ledger::time_point ledger::began() const { return time_point(std::chrono::nanoseconds(began_ns_.load())); }

std::optional<std::string> ledger::written_since(std::size_t from) const {
  const std::size_t end = used_.load();
  if (end < from || end > outcome_bytes) return std::nullopt;
  return std::string(outcomes_ + from, end - from);
}

bool ledger::begin(std::uint64_t batch, std::size_t index, time_point now) {
  // Before the run is taken: read too early it makes the program believe in a later beginning, never in an earlier one.
  began_ns_.store(std::chrono::nanoseconds(now.time_since_epoch()).count());
  auto expected = word(batch, index);
  return state_.compare_exchange_strong(expected, word(batch, index + 1));
}

bool ledger::has_room() const { return used_.load(std::memory_order_relaxed) + largest_outcome <= outcome_bytes; }

void ledger::write(std::string_view outcome) {
  const auto used = used_.load(std::memory_order_relaxed);
  const auto n = std::min(outcome.size(), outcome_bytes - static_cast<std::size_t>(used));
  std::memcpy(outcomes_ + used, outcome.data(), n);
  // In one order with waited_for_: either the worker sees that it is waited for, or the program what was written.
  used_.store(used + n);
}

}  // namespace telltale
