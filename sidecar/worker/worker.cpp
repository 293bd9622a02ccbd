// Encodes jobs as messages and sends them to a worker.
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

#include "worker/messages.hpp"

namespace telltale {

std::vector<job> worker::assign(std::vector<job> jobs, std::uint64_t batch_number, std::chrono::nanoseconds slice,
                                bool wake_wanted) {
  for (const auto& j : jobs) wake_wanted = wake_wanted || !j.input.unchanged_kind;
  // Shortens the slice, so that the jobs behind one that overruns its timeout are reassigned in time.
  for (const auto& j : jobs) slice = std::min(slice, j.timeout);
  const auto sent = loop_clock::now();
  const bool lookup = jobs.front().is_lookup();
  // Set before sending: the worker may finish and stop the timer before this process continues.
  timer_armed = !lookup && !wake_wanted;  // with a wake-up the pool uses its own timer, which the worker cannot stop
  if (timer_armed) process->deadline_timer().set(sent + (jobs.size() > 1 ? slice : jobs.front().timeout));
  const bool ok = lookup ? send_lookup(jobs.front()) : send_runs(jobs, batch_number, wake_wanted);
  if (!ok) return jobs;
  messages_allowed = jobs.size() + 2;
  false_alarms_left = max_false_alarms;
  work.emplace(batch_number, std::move(jobs), sent, slice);
  read = 0;
  enter(worker_state::busy, sent);
  return {};
}

bool worker::send_lookup(const job& j) {
  return process->send(wire::encode(wire::lookup{j.number, j.name->host, j.name->port}));
}

bool worker::send_runs(const std::vector<job>& jobs, std::uint64_t batch_number, bool wake_wanted) {
  process->result_buffer().open(batch_number, wake_wanted);
  std::vector<wire::run_item_view> items;
  items.reserve(jobs.size());
  for (const auto& j : jobs) {
    if (tasks.insert(j.task->number).second && !process->send(j.task->definition)) return false;
    items.push_back({j.number, j.task->number, j.timeout, j.input.memory, j.input.unchanged_kind});
  }
  return process->send(wire::encode_batch(batch_number, items));
}

bool worker::forget(std::uint64_t task_number) {
  return tasks.erase(task_number) == 0 || process->send(wire::encode(wire::forget{task_number}));
}

}  // namespace telltale
