// Accepts jobs, queues them, assigns them to workers and completes them.
#include "worker/pool_core.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/post.hpp>
#include <telltale/units.hpp>

namespace telltale {
namespace {

constexpr std::size_t max_batch_bytes = wire::max_message - wire::run_batch_overhead;
constexpr std::size_t run_item_bytes = 3 * sizeof(std::uint64_t) + 3;
constexpr int max_failed_deliveries = 3;
// Lookups have no task that could be marked as stuck, so the pool counts their stuck workers.
constexpr std::ptrdiff_t max_stuck_lookups = 4;

}  // namespace

pool_core::pool_core(boost::asio::io_context& context, worker_pool_options options)
    : context_(context),
      options_(std::move(options)),
      timer_(context),
      queue_(options_.slice, max_batch_bytes),
      completions_(context) {
  options_.max_workers = std::max<std::size_t>(options_.max_workers, 1);
}

pool_core::~pool_core() {
  for (auto& [id, w] : workers_) kill(w);
}

pool_core::task_id pool_core::add(worker_task description) {
  auto made = std::make_shared<task>();
  made->number = next_number_++;
  made->definition = wire::encode(wire::define{made->number, description.type, description.options});
  made->definition.shrink_to_fit();
  if (made->definition.size() > wire::max_message) made->refusal = "the check's options take more than 64 KiB";
  else if (!wire::decode_to_worker(made->definition)) made->refusal = "the check's options are nested too deeply";
  if (description.slow)
    made->record_overrun(options_.slice);  // treated as slow from the first run, so it gets its own batch
  // A reload may define the same check again. If its last run still hangs, the new task would hang too, so both share
  // one task.
  for (const auto& [id, w] : workers_)
    if (w.last_task && w.last_task->same_as(*made)) made = w.last_task;
  if (free_ids_.empty()) {
    tasks_.push_back(std::move(made));
    return tasks_.size() - 1;
  }
  const auto id = free_ids_.back();
  free_ids_.pop_back();
  tasks_[id] = std::move(made);
  return id;
}

void pool_core::remove(task_id id) {
  if (id >= tasks_.size() || !tasks_[id]) return;
  removed_.push_back(tasks_[id]->number);
  tasks_[id] = nullptr;
  free_ids_.push_back(id);
}

void pool_core::run(task_id id, std::chrono::nanoseconds timeout, run_input input, worker_pool::run_done done) {
  job j;
  j.task = tasks_.at(id);
  assert(j.task);
  j.timeout = timeout;
  j.input = std::move(input);
  j.run_done = std::move(done);
  j.wire_size = run_item_bytes + wire::encoded_size(j.input.memory);
  if (!j.task->refusal.empty()) {
    auto sentence = j.task->refusal;
    return fail(std::move(j), reason::internal, std::move(sentence));
  }
  if (j.wire_size > max_batch_bytes)
    return fail(std::move(j), reason::internal, "the check's state takes more than 64 KiB");
  submit(std::move(j));
}

void pool_core::resolve(std::string host, std::uint16_t port, std::chrono::nanoseconds timeout,
                        worker_pool::resolve_done done) {
  job j;
  j.timeout = timeout;
  j.name = std::make_unique<lookup_request>(lookup_request{std::move(host), port, std::move(done)});
  const auto& wanted = j.name->host;
  if (wanted.empty() || wanted.size() > wire::max_host_length || wanted.find('\0') != std::string::npos)
    return fail(std::move(j), reason::internal, "not a valid host name");
  const auto stuck = std::count_if(workers_.begin(), workers_.end(), [](const auto& entry) {
    return entry.second.state == worker_state::stuck && entry.second.died_in_lookup;
  });
  if (stuck >= max_stuck_lookups)
    return fail(std::move(j), reason::timeout, fmt::format("{} earlier lookups hang in the kernel", stuck));
  submit(std::move(j));
}

void pool_core::submit(job j) {
  j.number = next_number_++;
  j.submitted = loop_clock::now();
  if (stopped_) return fail(std::move(j), reason::internal, "the program is stopping");
  const auto of = j.task;
  queue_.push_back(std::move(j));
  if (of && of->stuck_since) answer_stuck(*of);
  else dispatch_soon();
}

void pool_core::dispatch_soon() {
  if (std::exchange(dispatch_posted_, true)) return;
  boost::asio::post(context_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->dispatch_posted_ = false;
    self->dispatch();
  });
}

void pool_core::dispatch() {
  if (stopped_) return arm();
  read_results();
  assign_jobs();
  if (!queue_.empty()) {
    request_wake();
    read_results();
    assign_jobs();
  }
  start_missing();
  arm();
}

void pool_core::assign_jobs() {
  while (worker* free = best_idle()) {
    auto jobs = queue_.take(slow_allowed());
    if (jobs.empty()) break;
    assign(*free, std::move(jobs));
  }
}

void pool_core::assign(worker& to, std::vector<job> jobs) {
  forget_removed(to);
  to.slow_work = queue_.is_slow(jobs.front());
  auto returned = to.assign(std::move(jobs), next_number_++, options_.slice, !queue_.empty());
  if (returned.empty()) return wait_until_writable(to);

  on_disconnect(to, "", loop_clock::now());
  std::vector<job> again;
  for (auto& j : returned) {
    if (++j.failed_deliveries < max_failed_deliveries) again.push_back(std::move(j));
    else fail(std::move(j), reason::internal, "workers exit before they accept a run");
  }
  requeue(std::move(again));
}

void pool_core::forget_removed(worker& w) {
  for (const auto number : removed_) w.forget(number);
  // A number is dropped once no worker knows the task.
  std::erase_if(removed_, [&](std::uint64_t number) {
    return std::none_of(workers_.begin(), workers_.end(),
                        [&](const auto& entry) { return entry.second.tasks.contains(number); });
  });
}

void pool_core::answer_expired(time_point now) {
  for (auto& j : queue_.take_expired(now)) {
    const auto waited = now - j.submitted;
    if (!start_error_.empty() && count(worker_state::idle) + count(worker_state::busy) == 0) {
      fail(std::move(j), reason::internal, start_error_, waited);
      continue;
    }
    const auto limit = human_duration(j.timeout);
    auto sentence = count(worker_state::busy) > 0
                        ? fmt::format("waited {} for a free worker ({} busy)", limit, count(worker_state::busy))
                        : fmt::format("waited {} for a worker to start", limit);
    fail(std::move(j), reason::timeout, std::move(sentence), waited);
  }
}

void pool_core::answer_stuck(const task& t) {
  const auto now = loop_clock::now();
  for (auto& j : queue_.take_task(t)) {
    auto sentence = fmt::format("an earlier run has been stuck in the kernel for {}", human_age(now - *t.stuck_since));
    const auto waited = now - j.submitted;
    fail(std::move(j), reason::stuck, std::move(sentence), waited);
  }
}

void pool_core::requeue(std::vector<job> jobs) {
  if (jobs.empty()) return;
  if (stopped_) {
    for (auto& j : jobs) fail(std::move(j), reason::internal, "the program is stopping");
    return;
  }
  queue_.push_front(std::move(jobs));
  dispatch_soon();
}

// Checks of a hung file system tend to hang together; one after the other, each would cost a slice. The jobs behind the
// first are therefore split in four batches, and after a second hang each gets its own batch.
void pool_core::requeue_split(std::vector<job> jobs) {
  const auto alone = options_.slice / 2;
  const auto quarter = options_.slice * 4 / static_cast<std::int64_t>(std::max<std::size_t>(jobs.size(), 8));
  for (auto& j : jobs) j.min_expected = ++j.times_overtaken > 1 ? alone : quarter;
  requeue(std::move(jobs));
}

void pool_core::fail(job j, reason why, std::string sentence, std::chrono::nanoseconds waited,
                     std::chrono::nanoseconds duration) {
  completions_.failed(std::move(j), why, std::move(sentence), waited, duration);
}

worker_counts pool_core::counts() const {
  auto out = totals_;
  out.idle = count(worker_state::idle);
  out.busy = count(worker_state::busy) + count(worker_state::starting);
  out.stuck = count(worker_state::stuck);
  return out;
}

void pool_core::stop() {
  if (std::exchange(stopped_, true)) return;
  const auto now = loop_clock::now();
  requeue(queue_.take_all());
  for (auto& [id, w] : workers_) {
    if (w.work) requeue(w.work->take_all());
    w.work.reset();
    if (w.state != worker_state::stuck && w.state != worker_state::dying) terminate(w, now);
  }
  std::erase_if(workers_, [](const auto& entry) { return entry.second.state == worker_state::stuck; });
  arm();
}

worker* pool_core::find(worker_id id) {
  const auto found = workers_.find(id);
  return found == workers_.end() ? nullptr : &found->second;
}

// Prefers the most recently used worker, so that the others can retire.
worker* pool_core::best_idle() {
  worker* best = nullptr;
  for (auto& [id, w] : workers_)
    if (w.state == worker_state::idle && (best == nullptr || w.since > best->since)) best = &w;
  return best;
}

std::size_t pool_core::count(worker_state state) const {
  return static_cast<std::size_t>(
      std::count_if(workers_.begin(), workers_.end(), [&](const auto& entry) { return entry.second.state == state; }));
}

void pool_core::kill(worker& w) {
  if (options_.kill) options_.kill(w.process->pid());
  else w.process->kill();
}

}  // namespace telltale
