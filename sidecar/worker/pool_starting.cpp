// Starts workers when jobs wait for one, with an exponential delay after failures.
#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "worker/pool_core.hpp"

namespace telltale {

bool pool_core::slow_allowed() const {
  // One worker stays free of slow jobs, so that quick checks run on time when many mounts hang.
  const auto slow = std::count_if(workers_.begin(), workers_.end(), [](const auto& entry) {
    return entry.second.state == worker_state::busy && entry.second.slow_work;
  });
  return options_.max_workers == 1 || static_cast<std::size_t>(slow) + 1 < options_.max_workers;
}

void pool_core::start_missing() {
  const auto quick = quick_needs_worker(loop_clock::now()) ? queue_.quick_batches() : 0;
  const auto slow = slow_allowed() ? queue_.slow_batches() : 0;
  // A worker that fails to start counts until it has ended. This makes the delay known, and bounds the number of
  // processes when the program's own file hangs.
  const auto starting = static_cast<std::size_t>(
      std::count_if(workers_.begin(), workers_.end(), [](const auto& entry) { return !entry.second.was_ready; }));
  const auto alive = starting + count(worker_state::idle) + count(worker_state::busy);
  // Jobs that were expected to be quick may hang and occupy every worker. Waiting quick jobs then get additional
  // workers, up to twice the limit.
  const auto cap = options_.max_workers + (quick > 0 ? std::min(overrunning(), options_.max_workers) : 0);
  const auto room = cap - std::min(alive, cap);
  const auto wanted = quick + slow;
  for (auto n = std::min(wanted - std::min(wanted, starting), room); n > 0; --n)
    if (!start_one()) return;
}

// A worker busy with quick jobs is usually free before a new one has started. Quick jobs therefore wait for it, at most
// one slice.
bool pool_core::quick_needs_worker(time_point now) const {
  if (now - queue_.quick_since() >= options_.slice) return true;
  return std::ranges::none_of(workers_, [&](const auto& entry) {
    const auto& w = entry.second;
    return w.state == worker_state::busy && !w.slow_work && now < w.work->slice_end();
  });
}

bool pool_core::start_one() {
  const auto now = loop_clock::now();
  if (now < next_start_) return false;
  std::error_code ec;
  auto process = worker_process::start(context_, options_.program, ec);
  if (!process) {
    start_failed(fmt::format("a worker cannot be started: {}", ec.message()));
    return false;
  }
  ++totals_.started;
  const auto id = next_number_++;
  auto& made = workers_[id];
  made.id = id;
  made.process = std::move(process);
  made.enter(worker_state::starting, now);
  wait_for_exit(made);
  wait_for_deadline(made);
  listen(made);
  made.process->send(wire::encode(wire::hello{options_.started_at}));
  return true;
}

void pool_core::start_failed(std::string sentence) {
  constexpr std::chrono::milliseconds first{100};
  constexpr int max_doublings = 5;  // 3.2 s
  start_error_ = std::move(sentence);
  next_start_ = loop_clock::now() + first * (1 << std::min(start_failures_, max_doublings));
  ++start_failures_;
}

// Workers whose quick job has exceeded the slice: usually a file system that has begun to hang.
std::size_t pool_core::overrunning() const {
  const auto now = loop_clock::now();
  return static_cast<std::size_t>(std::count_if(workers_.begin(), workers_.end(), [&](const auto& entry) {
    const auto& w = entry.second;
    return w.state == worker_state::busy && !w.slow_work && now >= w.work->slice_end();
  }));
}

}  // namespace telltale
