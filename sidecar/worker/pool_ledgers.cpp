// What workers have written into their ledgers: read, believed within limits, and passed on.
#include <algorithm>
#include <utility>

#include "worker/outcome_limits.hpp"
#include "worker/pool_core.hpp"

namespace telltale {

void pool_core::read_news() {
  for (auto& [id, w] : workers_)
    if (w.has_news()) drain(w, packets_per_turn);
}

// Jobs wait for a worker, so those that are busy shall say when they are not.
void pool_core::ask_for_news() {
  for (auto& [id, w] : workers_)
    if (w.state == worker_state::busy && !w.has_lookup()) w.process->ledger().wait_for();
}

void pool_core::collect() {
  const auto as_expected = [&] {
    return std::ranges::count_if(
        workers_, [](const auto& entry) { return entry.second.state == worker_state::busy && entry.second.watched; });
  };
  const auto before = as_expected();
  read_news();
  // One that has stopped its watch and hangs wakes nobody.
  const auto now = loop_clock::now();
  for (auto& [id, w] : workers_)
    if (w.state == worker_state::busy) check_busy(w, now);
  if (as_expected() != before) dispatch_soon();
  answers_.deliver();  // last: a callback may destroy the pool
}

// What the worker found since the last look, whether or not it has said so.
std::optional<std::string> pool_core::unread_of(worker& w) {
  return w.work && !w.has_lookup() ? w.process->ledger().written_since(w.read) : std::string();
}

void pool_core::believe(worker& w, const std::optional<std::string>& written, time_point now) {
  if (!w.listens() || !w.work || w.has_lookup()) return;
  auto found = written ? wire::decode_outcomes(*written) : std::nullopt;
  if (!found) return mistrust(w, now);
  w.read += written->size();
  for (auto& each : *found)
    if (!take_down(w, std::move(each), now)) return mistrust(w, now);
  // Its ledger is full: what is left of the batch should not travel together again.
  if (const auto begun = w.process->ledger().closed(w.work->number()); begun && w.work->has_rest()) {
    auto rest = take_unbegun(w, *begun, now);
    for (auto& j : rest) j.expect_at_least = options_.slice / 4;
    requeue(std::move(rest));
  }
  if (w.listens()) finished_one(w, now);
}

bool pool_core::take_down(worker& w, wire::run_outcome found, time_point now) {
  if (w.work->empty()) return false;
  const auto earliest = w.work->current().submitted;
  auto done = w.work->finish(found.number, found.began + found.duration, now);
  if (!done) return false;
  // The worker measures best, but its word is bounded by what is possible.
  const auto duration = std::min(found.duration, std::max(now - w.since, std::chrono::nanoseconds(0)));
  const auto waited = std::clamp(found.began, earliest, std::max(earliest, now)) - earliest;
  done->task->took(duration);
  if (!found.memory) found.memory = std::move(done->input.memory);
  const auto age =
      std::clamp(now - (found.began + duration), std::chrono::nanoseconds(0), std::max(now, w.since) - w.since);
  answers_.found(std::move(*done), {within_limits(std::move(found.outcome)), waited, duration,
                                    within_limits(std::move(*found.memory)), age});
  return true;
}

// The jobs behind the current one, which the worker will never begin.
std::vector<job> pool_core::take_unbegun(worker& w, std::size_t begun, time_point now) {
  auto out = w.work->take_unbegun(begun);
  if (out) return std::move(*out);
  mistrust(w, now);
  return {};
}

}  // namespace telltale
