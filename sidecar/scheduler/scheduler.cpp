// Implements the scheduler: waits for the next tick, starts due checks and reports results.
#include "scheduler/scheduler.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include "config/heartbeat.hpp"

namespace telltale {
namespace {

/// Results of slow checks are hours apart and age by themselves; a stall of seconds does not outdate them.
cadence cadence_of(const check_config& check, const check_runner& runner) {
  const auto& s = check.settings;
  const bool slow = check.type->cadence.slow;
  return {s.interval, s.effective_failing_interval(), s.initial_delay, s.jitter.ratio(), runner.coalesces(), !slow};
}

}  // namespace

scheduler::scheduler(boost::asio::io_context& io, const config& conf, runner_factory& runners, run_listener& listener,
                     problems& refused)
    : io_(io), timer_(io), runners_(runners), listener_(listener), table_(std::random_device{}()) {
  change(conf, kept_checks(conf.checks.size()), refused);
}

void scheduler::change(const config& conf, const kept_checks& kept, problems& refused) {
  auto runners = make_runners(runners_, conf, refused);
  if (!refused.empty()) return;
  auto before = std::exchange(units_, {});
  std::vector<timetable::entry_change> entries;
  for (std::size_t i = 0; i < conf.checks.size(); ++i) {
    const auto& check = conf.checks[i];
    entries.push_back({cadence_of(check, *runners[i]), kept[i]});
    auto u = kept[i] ? std::move(before[*kept[i]]) : std::make_shared<unit>();
    if (kept[i]) runners[i]->continue_from(*u->runner);
    u->runner = std::move(runners[i]);
    u->timeout = check.settings.timeout;
    u->slow = check.type->cadence.slow;
    u->number = i;
    units_.push_back(std::move(u));
  }
  for (const auto& gone : before)
    if (gone) gone->removed = true;
  const auto running = slow_.empty() ? nullptr : slow_.front();
  std::erase_if(slow_, [&](const unit_ptr& u) { return u->removed && u != running; });
  table_.change(entries, boot_clock::now());
  if (last_iteration_ != boot_clock::time_point{} && !stopped_) arm();
}

void scheduler::start() {
  last_iteration_ = expected_ = boot_clock::now();
  iterate();
}

void scheduler::stop() {
  stopped_ = true;
  timer_.cancel();
}

void scheduler::arm() {
  const auto now = boot_clock::now();
  expected_ = std::clamp(table_.next_due(), now, now + heartbeat_period);
  if (expected_ <= now) return iterate_again();
  timer_.expires_after(expected_ - now);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error != boost::asio::error::operation_aborted && !stopped_) iterate();
  });
}

/// Posts another iteration behind pending handlers.
void scheduler::iterate_again() {
  if (std::exchange(iteration_posted_, true)) return;
  boost::asio::post(io_, [this] {
    iteration_posted_ = false;
    if (!stopped_) iterate();
  });
}

void scheduler::iterate() {
  const auto now = boot_clock::now();
  const auto lag = now - expected_;
  detect_stall(now);
  last_iteration_ = now;
  start_due(now);
  listener_.on_iteration(std::max(lag, boot_clock::duration::zero()), now);
  arm();
}

/// Requests wait for an iteration. The checks that remain are started in the next one, after all other ready handlers.
void scheduler::start_due(boot_clock::time_point now) {
  constexpr std::chrono::microseconds most{250};
  for (std::size_t started = max_at_once; started == max_at_once && boot_clock::now() - now < most;) {
    const auto due = table_.take_due(now);
    for (const auto number : due) run(units_[number]);
    started = due.size();
  }
}

void scheduler::detect_stall(boot_clock::time_point now) {
  const auto pause = now - last_iteration_;
  if (stopped_ || pause < heartbeat_limit) return;
  last_iteration_ = now;
  ++epoch_;
  table_.make_due_now(now);
  listener_.on_stall(pause, now);
  arm();
}

void scheduler::run(const unit_ptr& u) {
  if (u->slow) {
    slow_.push_back(u);
    if (slow_.size() > 1) return;
  }
  start_run(*u);
}

void scheduler::start_run(unit& u) {
  u.runner->start(u.timeout, [this, &u, epoch = epoch_](run_report report) { finished(u, epoch, std::move(report)); });
}

/// Ends the first slow run, starts the next one, and returns the unit, which a reload may have removed.
scheduler::unit_ptr scheduler::next_slow_run() {
  auto ended = std::move(slow_.front());
  slow_.pop_front();
  if (!slow_.empty()) start_run(*slow_.front());
  return ended;
}

void scheduler::finished(unit& u, std::uint64_t epoch, run_report report) {
  if (stopped_) return;
  const auto now = boot_clock::now();
  detect_stall(now);
  const auto alive = u.slow ? next_slow_run() : nullptr;
  if (u.removed) return;
  if (epoch != epoch_ && !u.slow) {
    // The run began before a stall, so its result may be outdated: drop it and run again at once.
    table_.repeat(u.number, now);
    return arm();
  }
  const auto ended = now - report.age;
  // A file that was missing is looked for again soon, but gigabytes are not read without a pause.
  const auto rest = u.slow ? 10 * report.duration : std::chrono::nanoseconds(0);
  const bool failing = listener_.on_run(u.number, std::move(report), ended);
  if (table_.finished(u.number, failing, now, rest) < expected_) arm();
}

}  // namespace telltale
