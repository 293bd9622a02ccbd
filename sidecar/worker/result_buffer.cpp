// Implements the shared result buffer with one atomic state word.
#include "worker/result_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace telltale {

void result_buffer::open(std::uint64_t batch, bool wake_wanted) {
  wake_requested_.store(wake_wanted ? 1 : 0);
  used_.store(0, std::memory_order_relaxed);
  state_.store(word(batch, 1), std::memory_order_release);
}

std::size_t result_buffer::close(std::uint64_t batch) {
  auto state = state_.load();
  while (is_of(batch, state) && !(state & closed_bit) && !state_.compare_exchange_weak(state, state | closed_bit)) {
  }
  return is_of(batch, state) ? static_cast<std::size_t>(state & begun_mask) : 0;
}

std::optional<std::size_t> result_buffer::closed(std::uint64_t batch) const {
  const auto state = state_.load();
  if (!is_of(batch, state) || !(state & closed_bit)) return std::nullopt;
  return static_cast<std::size_t>(state & begun_mask);
}

result_buffer::time_point result_buffer::began() const {
  return time_point(std::chrono::nanoseconds(began_ns_.load()));
}

std::optional<std::string> result_buffer::results_since(std::size_t from) const {
  const std::size_t end = used_.load();
  if (end < from || end > outcome_bytes) return std::nullopt;
  return std::string(outcomes_ + from, end - from);
}

bool result_buffer::begin(std::uint64_t batch, std::size_t index, time_point now) {
  // Stored before the run begins: a program that reads early sees a later start, never an earlier one.
  began_ns_.store(std::chrono::nanoseconds(now.time_since_epoch()).count());
  auto expected = word(batch, index);
  return state_.compare_exchange_strong(expected, word(batch, index + 1));
}

bool result_buffer::has_room() const {
  return used_.load(std::memory_order_relaxed) + largest_outcome <= outcome_bytes;
}

void result_buffer::write(std::string_view outcome) {
  const auto used = used_.load(std::memory_order_relaxed);
  const auto n = std::min(outcome.size(), outcome_bytes - static_cast<std::size_t>(used));
  std::memcpy(outcomes_ + used, outcome.data(), n);
  // Sequentially consistent with wake_requested_: the worker sees the request or the program sees these bytes.
  used_.store(used + n);
}

}  // namespace telltale
