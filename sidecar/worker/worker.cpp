// Puts jobs into messages.
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

#include "worker/messages.hpp"

namespace telltale {

std::vector<job> worker::give(std::vector<job> jobs, std::uint64_t batch_number, std::chrono::nanoseconds slice) {
  // A run may end by its timeout at any moment after that; the proof of single flight needs the slice to be over then.
  for (const auto& j : jobs) slice = std::min(slice, j.timeout);
  const auto sent = loop_clock::now();
  const bool ok = jobs.front().is_lookup() ? send_lookup(jobs.front()) : send_runs(jobs, batch_number, sent, slice);
  if (!ok) return jobs;
  work.emplace(batch_number, std::move(jobs), sent, slice);
  last_batch = batch_number;
  enter(worker_state::busy, sent);
  return {};
}

bool worker::send_lookup(const job& j) { return process->send(wire::encode(wire::lookup{j.number, j.host, j.port})); }

bool worker::send_runs(const std::vector<job>& jobs, std::uint64_t batch_number, loop_clock::time_point sent,
                       std::chrono::nanoseconds slice) {
  wire::run_batch message{batch_number, sent, slice, {}};
  message.items.reserve(jobs.size());
  for (const auto& j : jobs) {
    if (tasks.insert(j.task->number).second && !process->send(j.task->definition)) return false;
    message.items.push_back({j.number, j.task->number, j.timeout, j.input.memory, j.input.examined});
  }
  return process->send(wire::encode(std::move(message)));
}

bool worker::forget(std::uint64_t task_number) {
  return tasks.erase(task_number) == 0 || process->send(wire::encode(wire::forget{task_number}));
}

}  // namespace telltale
