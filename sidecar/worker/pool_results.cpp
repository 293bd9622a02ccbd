// Reads, validates and completes the outcomes that workers write into their result buffers.
#include <algorithm>
#include <utility>

#include "worker/outcome_limits.hpp"
#include "worker/pool_core.hpp"

namespace telltale {

void pool_core::read_results() {
  for (auto& [id, w] : workers_)
    if (w.has_unread_results()) drain(w, max_packets_per_read);
}

// Jobs are waiting, so busy workers must report when they finish.
void pool_core::request_wake() {
  for (auto& [id, w] : workers_)
    if (w.state == worker_state::busy && !w.has_lookup()) w.process->result_buffer().request_wake();
}

void pool_core::collect() {
  const auto count_armed = [&] {
    return std::ranges::count_if(workers_, [](const auto& entry) {
      return entry.second.state == worker_state::busy && entry.second.timer_armed;
    });
  };
  const auto before = count_armed();
  read_results();
  // A worker that stops its deadline timer and hangs does not wake the loop, so it is checked here.
  const auto now = loop_clock::now();
  for (auto& [id, w] : workers_)
    if (w.state == worker_state::busy) check_busy(w, now);
  if (count_armed() != before) dispatch_soon();
  completions_.deliver();  // last, because a callback may destroy the pool
}

// Outcomes written since the last read, announced or not.
std::optional<std::string> pool_core::unread_results(worker& w) {
  return w.work && !w.has_lookup() ? w.process->result_buffer().results_since(w.read) : std::string();
}

void pool_core::accept_results(worker& w, const std::optional<std::string>& written, time_point now) {
  if (!w.listens() || !w.work || w.has_lookup()) return;
  auto found = written ? wire::decode_outcomes(*written) : std::nullopt;
  if (!found) return on_protocol_error(w, now);
  w.read += written->size();
  for (auto& each : *found)
    if (!accept_result(w, std::move(each), now)) return on_protocol_error(w, now);
  // The result buffer is full. The remaining jobs must not share one batch again.
  if (const auto begun = w.process->result_buffer().closed(w.work->number()); begun && w.work->has_rest()) {
    auto rest = take_unbegun(w, *begun, now);
    for (auto& j : rest) j.min_expected = options_.slice / 4;
    requeue(std::move(rest));
  }
  if (w.listens()) finished_one(w, now);
}

bool pool_core::accept_result(worker& w, wire::run_outcome found, time_point now) {
  if (w.work->empty()) return false;
  const auto earliest = w.work->current().submitted;
  auto done = w.work->finish(found.number, found.began + found.duration, now);
  if (!done) return false;
  // The worker measures its duration most precisely; the value is limited to what is possible.
  const auto duration = std::min(found.duration, std::max(now - w.since, std::chrono::nanoseconds(0)));
  const auto waited = std::clamp(found.began, earliest, std::max(earliest, now)) - earliest;
  done->task->record_duration(duration);
  if (!found.memory) found.memory = std::move(done->input.memory);
  const auto age =
      std::clamp(now - (found.began + duration), std::chrono::nanoseconds(0), std::max(now, w.since) - w.since);
  completions_.found(std::move(*done), {within_limits(std::move(found.outcome)), waited, duration,
                                        within_limits(std::move(*found.memory)), age});
  return true;
}

// The jobs behind the current one, which the worker will never begin.
std::vector<job> pool_core::take_unbegun(worker& w, std::size_t begun, time_point now) {
  auto out = w.work->take_unbegun(begun);
  if (out) return std::move(*out);
  on_protocol_error(w, now);
  return {};
}

}  // namespace telltale
