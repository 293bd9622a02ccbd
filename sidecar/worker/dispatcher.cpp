// Implements the decisions about jobs and workers.
#include "worker/dispatcher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <telltale/units.hpp>

#include "log/log.hpp"
#include "worker/outcome_limits.hpp"

namespace telltale {
namespace {

constexpr int max_failed_deliveries = 3;

}  // namespace

dispatcher::dispatcher(const worker_pool_options& options, starter start)
    : options_(options), start_(std::move(start)), queue_(options.slice) {
  options_.max_workers = std::max<std::size_t>(options_.max_workers, 1);
}

dispatcher::~dispatcher() { stop({}); }

// ---- Jobs

std::shared_ptr<task> dispatcher::shared_task(std::shared_ptr<task> made) const {
  for (const auto& [id, w] : workers_)
    if (w.last_task() && w.last_task()->definition == made->definition) return w.last_task();
  return made;
}

void dispatcher::submit(job_ptr j, time_point now) {
  j->number = next_number_++;
  j->submitted = now;
  if (stopped_) return fail(std::move(j), reason::internal, "the program is stopping", now);
  queue_.push_back(std::move(j));
}

void dispatcher::dispatch(time_point now) {
  // A worker may be free although its notification has not been handled yet.
  if (!queue_.empty())
    for (auto& entry : workers_) {
      auto& w = entry.second;
      if (w.state() == worker_state::busy) follow([&](worker_news& news) { w.on_event(now, news); }, now);
    }
  // A worker that cannot be killed must not keep the loop of a stopped program running.
  std::erase_if(workers_, [&](const auto& entry) {
    return entry.second.has_ended() || (stopped_ && entry.second.state() == worker_state::stuck);
  });
  fail_hopeless(now);
  if (stopped_) return;
  for (auto& [id, w] : workers_)
    if (w.takes_more(now)) assign(w, queue_.take_group(false, w.load()), now);
  while (worker* free = best_idle()) {
    auto jobs = queue_.take_group(slow_allowed());
    if (jobs.empty()) break;
    assign(*free, std::move(jobs), now);
  }
  start_missing(now);
}

void dispatcher::assign(worker& to, std::vector<job_ptr> jobs, time_point now) {
  if (jobs.empty()) return;
  const bool slow = queue_.is_slow(*jobs.front());
  follow([&](worker_news& news) { to.assign(std::move(jobs), slow, now, news); }, now);
}

void dispatcher::on_event(worker_id id, time_point now) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  follow([&](worker_news& news) { found->second.on_event(now, news); }, now);
  dispatch(now);
}

template <class Step>
void dispatcher::follow(Step step, time_point now) {
  worker_news news;
  step(news);
  std::move(news.done.begin(), news.done.end(), std::back_inserter(done_));
  totals_.crashed += news.crashed;
  totals_.killed += news.killed;
  if (news.ready) {
    start_failures_ = 0;
    start_error_.clear();
    next_start_ = {};
    if (!news.refused.empty() && !std::exchange(logged_refused_, true))
      log(log_level::info, "the kernel refused restrictions of the workers",
          {{"refused", one_line(news.refused, max_message_bytes)}});
  }
  if (!news.start_error.empty() && !stopped_) start_failed(news.start_error, now);
  std::vector<job_ptr> again;
  for (auto& j : news.returned) {
    if (stopped_) fail(std::move(j), reason::internal, "the program is stopping", now);
    else if (j->failed_deliveries < max_failed_deliveries) again.push_back(std::move(j));
    else fail(std::move(j), reason::internal, "workers exit before they accept a job", now);
  }
  queue_.push_front(std::move(again));
}

void dispatcher::fail(job_ptr j, reason why, std::string sentence, time_point now) {
  j->failed(why, std::move(sentence), {now - j->submitted});
  done_.push_back(std::move(j));
}

// Fails the jobs that have waited too long or that would hang.
void dispatcher::fail_hopeless(time_point now) {
  const auto busy = count(worker_state::busy);
  const bool none_starts = !start_error_.empty() && busy + count(worker_state::idle) == 0;
  for (auto& j : queue_.take_if([&](const job& each) { return each.task->is_stuck() || each.wait_limit() <= now; })) {
    const auto limit = human_duration(j->timeout);
    if (j->task->is_stuck()) {
      const auto age = human_age(now - *j->task->stuck_since);
      fail(std::move(j), reason::stuck, fmt::format("an earlier run has been stuck in the kernel for {}", age), now);
    } else if (none_starts) {
      fail(std::move(j), reason::internal, start_error_, now);
    } else {
      fail(std::move(j), reason::timeout,
           busy > 0 ? fmt::format("waited {} for a free worker ({} busy)", limit, busy)
                    : fmt::format("waited {} for a worker to start", limit),
           now);
    }
  }
}

std::vector<job_ptr> dispatcher::take_done() { return std::exchange(done_, {}); }

// ---- Workers

template <class Predicate>
std::size_t dispatcher::count_if(Predicate matches) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(workers_, [&](const auto& entry) { return matches(entry.second); }));
}

std::size_t dispatcher::count(worker_state state) const {
  return count_if([&](const worker& w) { return w.state() == state; });
}

worker_counts dispatcher::counts() const {
  auto out = totals_;
  out.idle = count(worker_state::idle);
  out.busy = count(worker_state::busy) + count(worker_state::starting);
  out.stuck = count(worker_state::stuck);
  return out;
}

// Prefers the most recently used worker, so that the others can retire.
worker* dispatcher::best_idle() {
  worker* best = nullptr;
  for (auto& [id, w] : workers_)
    if (w.state() == worker_state::idle && (best == nullptr || w.since() > best->since())) best = &w;
  return best;
}

// One worker stays free of slow jobs, so that quick checks run on time when many mounts hang.
bool dispatcher::slow_allowed() const {
  const auto slow = count_if([](const worker& w) { return w.has_slow_job(); });
  return options_.max_workers == 1 || slow + 1 < options_.max_workers;
}

// A worker with quick jobs is usually free before a new one has started. Quick jobs therefore wait for it, at most one
// slice.
bool dispatcher::quick_wait(const job_queue::demand& waiting, time_point now) const {
  return now - waiting.quick_since < options_.slice &&
         count_if([&](const worker& w) { return w.has_quick_job() && now < w.slice_end(); }) > 0;
}

void dispatcher::start_missing(time_point now) {
  const auto waiting = queue_.waiting();
  const auto quick = quick_wait(waiting, now) ? 0 : waiting.quick_groups;
  const auto slow = slow_allowed() ? waiting.slow_jobs : 0;
  // A worker that fails to start counts until it has ended. This makes the delay known, and bounds the number of
  // processes when the program's own file hangs.
  const auto starting = count_if([](const worker& w) { return !w.was_ready() && !w.has_ended(); });
  const auto alive = starting + count(worker_state::idle) + count(worker_state::busy);
  // Jobs that were expected to be quick may hang and occupy every worker. Waiting quick jobs then get additional
  // workers, up to twice the limit.
  const auto overrunning = count_if([&](const worker& w) { return w.has_quick_job() && now >= w.slice_end(); });
  const auto limit = options_.max_workers + (quick > 0 ? std::min(overrunning, options_.max_workers) : 0);
  const auto wanted = quick + slow;
  auto missing = std::min(wanted - std::min(wanted, starting), limit - std::min(alive, limit));
  while (missing > 0 && start_one(now)) --missing;
}

bool dispatcher::start_one(time_point now) {
  if (now < next_start_) return false;
  std::error_code ec;
  const auto id = next_number_++;
  auto process = start_(id, ec);
  if (!process) {
    start_failed(ec.message(), now);
    return false;
  }
  ++totals_.started;
  workers_.try_emplace(id, std::move(process), options_, now);
  return true;
}

void dispatcher::start_failed(const std::string& why, time_point now) {
  constexpr std::chrono::milliseconds first{100};
  constexpr int max_doublings = 5;  // 3.2 s
  start_error_ = "a worker cannot be started: " + why;
  next_start_ = now + first * (1 << std::min(start_failures_++, max_doublings));
}

void dispatcher::retire_idle(time_point now) {
  for (auto idle = count(worker_state::idle); idle > 1; --idle) {
    worker* oldest = nullptr;
    for (auto& [id, w] : workers_)
      if (w.state() == worker_state::idle && (oldest == nullptr || w.since() < oldest->since())) oldest = &w;
    if (now < oldest->since() + options_.idle_timeout) return;
    oldest->retire(now);
  }
}

void dispatcher::stop(time_point now) {
  if (std::exchange(stopped_, true)) return;
  follow(
      [&](worker_news& news) {
        news.returned = queue_.take_if([](const job&) { return true; });
        for (auto& [id, w] : workers_) w.stop(now, news);
      },
      now);
  dispatch(now);
}

// ---- Time

void dispatcher::on_time(time_point now) {
  for (auto& entry : workers_) follow([&](worker_news& news) { entry.second.on_time(now, news); }, now);
  retire_idle(now);
  dispatch(now);
}

dispatcher::time_point dispatcher::due(time_point now) const {
  const auto waiting = queue_.waiting();
  auto out = waiting.next_expiry;
  if (!queue_.empty() && next_start_ > now) out = std::min(out, next_start_);
  const bool quick_waits = waiting.quick_groups > 0;
  if (quick_waits && now < waiting.quick_since + options_.slice)
    out = std::min(out, waiting.quick_since + options_.slice);
  const bool may_retire = count(worker_state::idle) > 1;
  for (const auto& [id, w] : workers_) {
    out = std::min(out, w.due());
    if (may_retire && w.state() == worker_state::idle) out = std::min(out, w.since() + options_.idle_timeout);
    if (quick_waits && w.has_quick_job() && now < w.slice_end()) out = std::min(out, w.slice_end());
  }
  return out;
}

}  // namespace telltale
