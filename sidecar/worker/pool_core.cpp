// What happens to jobs: taken in, queued, given to workers, answered.
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
// Lookups have no task that could be marked as stuck, so their stuck workers are counted.
constexpr std::ptrdiff_t max_stuck_lookups = 4;

}  // namespace

pool_core::pool_core(boost::asio::io_context& context, worker_pool_options options)
    : context_(context),
      options_(std::move(options)),
      timer_(context),
      queue_(options_.slice, max_batch_bytes),
      answers_(context) {
  options_.max_workers = std::max<std::size_t>(options_.max_workers, 1);
}

pool_core::~pool_core() {
  for (auto& [id, w] : workers_) kill(w);
}

pool_core::task_id pool_core::add(worker_task description) {
  auto made = std::make_shared<task>();
  made->number = next_number_++;
  made->definition =
      wire::encode(wire::define{made->number, description.type, description.options, description.examination});
  made->definition.shrink_to_fit();
  if (made->definition.size() > wire::max_message) made->refusal = "the check's options take more than 64 KiB";
  else if (!wire::decode_to_worker(made->definition)) made->refusal = "the check's options are nested too deeply";
  if (description.examination)
    made->overran(options_.slice);  // known to be slow, so it travels alone from the first on
  // The same check once more, after a reload: if its last run still hangs, the new one would hang just so.
  for (const auto& [id, w] : workers_)
    if (w.victim && w.victim->same_as(*made)) made = w.victim;
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
  j.wire_size = run_item_bytes + wire::encoded_size(j.input.memory) + wire::encoded_size(j.input.examined);
  if (!j.task->refusal.empty()) {
    auto sentence = j.task->refusal;
    return fail(std::move(j), reason::internal, std::move(sentence));
  }
  if (j.wire_size > max_batch_bytes)
    return fail(std::move(j), reason::internal, "what the check wants to remember takes more than 64 KiB");
  submit(std::move(j));
}

void pool_core::resolve(std::string host, std::uint16_t port, std::chrono::nanoseconds timeout,
                        worker_pool::resolve_done done) {
  job j;
  j.timeout = timeout;
  j.name = std::make_unique<wanted_name>(wanted_name{std::move(host), port, std::move(done)});
  const auto& wanted = j.name->host;
  if (wanted.empty() || wanted.size() > wire::max_host_length || wanted.find('\0') != std::string::npos)
    return fail(std::move(j), reason::internal, "this is not a host name");
  const auto stuck = std::count_if(workers_.begin(), workers_.end(), [](const auto& entry) {
    return entry.second.state == worker_state::stuck && entry.second.lookup_victim;
  });
  if (stuck >= max_stuck_lookups)
    return fail(std::move(j), reason::timeout, fmt::format("{} earlier lookups have hung in the kernel", stuck));
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
  read_news();
  hand_out();
  if (!queue_.empty()) {
    ask_for_news();
    read_news();
    hand_out();
  }
  start_missing();
  arm();
}

void pool_core::hand_out() {
  while (worker* free = best_idle()) {
    auto jobs = queue_.take(slow_allowed());
    if (jobs.empty()) break;
    give(*free, std::move(jobs));
  }
}

void pool_core::give(worker& to, std::vector<job> jobs) {
  forget_removed(to);
  to.slow_work = queue_.is_slow(jobs.front());
  auto returned = to.give(std::move(jobs), next_number_++, options_.slice, !queue_.empty());
  if (returned.empty()) return watch_unsent(to);

  lose(to, "", loop_clock::now());
  std::vector<job> again;
  for (auto& j : returned) {
    if (++j.failed_deliveries < max_failed_deliveries) again.push_back(std::move(j));
    else fail(std::move(j), reason::internal, "workers die before they can be given work");
  }
  requeue(std::move(again));
}

void pool_core::forget_removed(worker& w) {
  for (const auto number : removed_) w.forget(number);
  // Nobody needs to be told once no worker knows the task.
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
  for (auto& j : queue_.take_of(t)) {
    auto sentence = fmt::format("an earlier run has hung in the kernel for {}", human_age(now - *t.stuck_since));
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

// Where one check of a file system hangs, others will: found one after the other they would cost a slice each. So those
// behind it part in four, and after a second one go alone.
void pool_core::requeue_apart(std::vector<job> jobs) {
  const auto alone = options_.slice / 2;
  const auto quarter = options_.slice * 4 / static_cast<std::int64_t>(std::max<std::size_t>(jobs.size(), 8));
  for (auto& j : jobs) j.expect_at_least = ++j.overtaken > 1 ? alone : quarter;
  requeue(std::move(jobs));
}

void pool_core::fail(job j, reason why, std::string sentence, std::chrono::nanoseconds waited,
                     std::chrono::nanoseconds duration) {
  answers_.failed(std::move(j), why, std::move(sentence), waited, duration);
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
    if (w.state != worker_state::stuck && w.state != worker_state::dying) put_down(w, now);
  }
  std::erase_if(workers_, [](const auto& entry) { return entry.second.state == worker_state::stuck; });
  arm();
}

worker* pool_core::find(worker_id id) {
  const auto found = workers_.find(id);
  return found == workers_.end() ? nullptr : &found->second;
}

// The one that was used last: the others can then retire.
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
