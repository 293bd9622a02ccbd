// Puts jobs into messages.
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

#include "worker/messages.hpp"

namespace telltale {

std::vector<job> worker::give(std::vector<job> jobs, std::uint64_t batch_number, std::chrono::nanoseconds slice,
                              bool waited_for) {
  for (const auto& j : jobs) waited_for = waited_for || !j.input.no_news;
  // The jobs behind one that overruns its timeout should be elsewhere by then.
  for (const auto& j : jobs) slice = std::min(slice, j.timeout);
  const auto sent = loop_clock::now();
  const bool lookup = jobs.front().is_lookup();
  // Before it is sent: the worker may have done it all, and have stopped the watch, before this process goes on.
  watched = !lookup && !waited_for;  // who waits has a timer of the loop for it, which nobody else can stop
  if (watched) process->watch().ring_at(sent + (jobs.size() > 1 ? slice : jobs.front().timeout));
  const bool ok = lookup ? send_lookup(jobs.front()) : send_runs(jobs, batch_number, waited_for);
  if (!ok) return jobs;
  may_speak = jobs.size() + 2;
  false_alarms = alarms_borne;
  work.emplace(batch_number, std::move(jobs), sent, slice);
  read = 0;
  enter(worker_state::busy, sent);
  return {};
}

bool worker::send_lookup(const job& j) {
  return process->send(wire::encode(wire::lookup{j.number, j.name->host, j.name->port}));
}

bool worker::send_runs(const std::vector<job>& jobs, std::uint64_t batch_number, bool waited_for) {
  process->ledger().open(batch_number, waited_for);
  std::vector<wire::run_item_view> items;
  items.reserve(jobs.size());
  for (const auto& j : jobs) {
    if (tasks.insert(j.task->number).second && !process->send(j.task->definition)) return false;
    items.push_back({j.number, j.task->number, j.timeout, j.input.memory, j.input.examined, j.input.no_news});
  }
  return process->send(wire::encode_batch(batch_number, items));
}

bool worker::forget(std::uint64_t task_number) {
  return tasks.erase(task_number) == 0 || process->send(wire::encode(wire::forget{task_number}));
}

}  // namespace telltale
