// How many workers there are: started when jobs wait for one, paused when that fails.
#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "worker/pool_core.hpp"

namespace telltale {

bool pool_core::slow_allowed() const {
  // One worker is kept free of slow work, so that quick checks stay on time however many mounts hang.
  const auto slow = std::count_if(workers_.begin(), workers_.end(), [](const auto& entry) {
    return entry.second.state == worker_state::busy && entry.second.slow_work;
  });
  return options_.max_workers == 1 || static_cast<std::size_t>(slow) + 1 < options_.max_workers;
}

void pool_core::start_missing() {
  const auto quick = quick_needs_worker(loop_clock::now()) ? queue_.quick_batches() : 0;
  const auto slow = slow_allowed() ? queue_.slow_batches() : 0;
  // One that failed to start counts until it is gone: so it is known how long to pause, and there is never more than
  // the cap of them, should the program's own file hang.
  const auto starting = static_cast<std::size_t>(
      std::count_if(workers_.begin(), workers_.end(), [](const auto& entry) { return !entry.second.proved; }));
  const auto alive = starting + count(worker_state::idle) + count(worker_state::busy);
  // Checks that begin to hang were believed to be quick, and may hold every worker: for the quick ones that wait there
  // are others, up to twice the cap.
  const auto cap = options_.max_workers + (quick > 0 ? std::min(overrunning(), options_.max_workers) : 0);
  const auto room = cap - std::min(alive, cap);
  const auto wanted = quick + slow;
  for (auto n = std::min(wanted - std::min(wanted, starting), room); n > 0; --n)
    if (!start_one()) return;
}

// A worker that is busy with quick work is free sooner than a new one could be there. So quick jobs wait for it, but no
// longer than a slice.
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
  watch_death(made);
  watch_time(made);
  listen(made);
  made.process->send(wire::encode(wire::hello{options_.started_at}));
  return true;
}

void pool_core::start_failed(std::string sentence) {
  constexpr std::chrono::milliseconds first{100};
  constexpr int most_doublings = 5;  // 3.2 s
  start_error_ = std::move(sentence);
  next_start_ = loop_clock::now() + first * (1 << std::min(start_failures_, most_doublings));
  ++start_failures_;
}

// In a job believed to be quick that has taken longer than a slice: a file system that has just begun to hang.
std::size_t pool_core::overrunning() const {
  const auto now = loop_clock::now();
  return static_cast<std::size_t>(std::count_if(workers_.begin(), workers_.end(), [&](const auto& entry) {
    const auto& w = entry.second;
    return w.state == worker_state::busy && !w.slow_work && now >= w.work->slice_end();
  }));
}

}  // namespace telltale
