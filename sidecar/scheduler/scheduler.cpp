// Implements the scheduler: waits for the next tick, starts due checks and reports results.
#include "scheduler/scheduler.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <telltale/units.hpp>

#include "config/heartbeat.hpp"
#include "scheduler/async_run.hpp"
#include "scheduler/network_checks.hpp"

namespace telltale {
namespace {

/// Local checks coalesce wake-ups. Network checks do not: each wakes the loop several times anyway, and many may use
/// the same server.
cadence cadence_of(const check_config& c) {
  const auto& s = c.settings;
  const bool local = !c.type->make_async;
  const bool slow = c.type->cadence.slow;
  const auto weight = local ? 1 : network_weight;
  return {s.interval, s.effective_failing_interval(), s.initial_delay, s.jitter.ratio(), !slow, local && !slow, weight};
}

/// After a failure a slow check rests for a share of its last run, so that it does not load the machine all the time.
/// One that failed at once, because its file is missing, is repeated as soon as any other.
std::chrono::nanoseconds rest_after(const run_report& report) {
  constexpr int runs = 10;
  return runs * report.duration;
}

}  // namespace

scheduler::scheduler(boost::asio::io_context& io, const config& conf, worker_pool& pool, name_resolver& names,
                     run_listener& listener, problems& refused)
    : io_(io), timer_(io), pool_(pool), names_(names), listener_(listener), table_(std::random_device{}()) {
  change(conf, kept_checks(conf.checks.size()), refused);
}

void scheduler::change(const config& conf, const kept_checks& kept, problems& refused) {
  const auto network = network_checks(conf, refused);
  if (!refused.empty()) return;
  std::vector<timetable::entry_change> entries;
  auto units = build_units(conf, kept, network, entries);
  table_.change(entries, boot_clock::now());
  units.swap(units_);
  for (auto& old : units) old->removed = true;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    units_[i]->number = i;
    units_[i]->removed = false;
  }
  remove_gone(units);
  if (last_iteration_ != boot_clock::time_point{} && !stopped_) arm();
}

std::vector<scheduler::unit_ptr> scheduler::build_units(const config& conf, const kept_checks& kept,
                                                        const std::vector<std::shared_ptr<async_check>>& network,
                                                        std::vector<timetable::entry_change>& entries) {
  std::vector<unit_ptr> out;
  for (std::size_t i = 0; i < conf.checks.size(); ++i) {
    const auto& c = conf.checks[i];
    const auto u = kept[i] ? units_[*kept[i]] : std::make_shared<unit>();
    u->timeout = c.settings.timeout;
    u->slow = c.type->cadence.slow;
    if (u->check && network[i]) network[i]->continue_from(*u->check);
    u->check = network[i];
    if (c.type->make_blocking && !kept[i]) {
      u->task = pool_.add({c.type->name, c.options, u->slow});
      if (u->check) u->part = make_blocking_part(pool_, u->task);
    }
    out.push_back(u);
    entries.push_back({cadence_of(c), kept[i]});
  }
  return out;
}

/// Removes the checks that are no longer configured. A running slow check stays at the head of the queue until it has
/// ended, because two at a time would overload the disk.
void scheduler::remove_gone(const std::vector<unit_ptr>& before) {
  for (const auto& u : before)
    if (u->removed && (!u->check || u->part)) pool_.remove(u->task);
  for (std::size_t i = 1; i < slow_checks_.size();) {
    if (slow_checks_[i]->removed) slow_checks_.erase(slow_checks_.begin() + static_cast<std::ptrdiff_t>(i));
    else ++i;
  }
}

void scheduler::start() {
  last_iteration_ = expected_ = boot_clock::now();
  iterate();
}

void scheduler::stop() {
  stopped_ = true;
  timer_.cancel();
}

boot_clock::time_point scheduler::next_iteration(boot_clock::time_point now) const {
  return std::clamp(table_.next_due(), now, now + heartbeat_period);
}

void scheduler::arm() {
  const auto now = boot_clock::now();
  expected_ = next_iteration(now);
  if (expected_ <= now) return iterate_again();
  timer_.expires_after(expected_ - now);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error != boost::asio::error::operation_aborted && !stopped_) iterate();
  });
}

/// Posts another iteration behind pending handlers; cheaper than setting the timer.
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
  catch_up(now);
  last_iteration_ = now;
  for (auto number : table_.take_due(now)) run(units_[number], now);
  listener_.on_iteration(std::max(lag, boot_clock::duration::zero()), now);
  arm();
}

void scheduler::catch_up(boot_clock::time_point now) {
  if (stopped_) return;
  detect_stall(now);
  pool_.collect();
}

void scheduler::detect_stall(boot_clock::time_point now) {
  const auto pause = now - last_iteration_;
  if (pause < heartbeat_limit) return;
  last_iteration_ = now;
  ++epoch_;
  for (const auto& u : units_) u->unchanged_kind.reset();  // the next result is reported whatever it is
  table_.make_due_now(now);
  listener_.on_stall(pause, now);
  arm();
}

void scheduler::run(const unit_ptr& u, boot_clock::time_point now) {
  if (!u->slow) return begin(u, now);
  slow_checks_.push_back(u);
  if (slow_checks_.size() == 1) begin(u, now);
}

void scheduler::begin(const unit_ptr& u, boot_clock::time_point now) {
  if (u->check) return run_network(u, now);
  run_input input(u->memory);
  input.unchanged_kind = std::exchange(u->unchanged_kind, std::nullopt);
  pool_.run(u->task, u->timeout, std::move(input),
            [this, u, epoch = epoch_](run_report report) { finished(u, epoch, std::move(report)); });
}

void scheduler::run_network(const unit_ptr& u, boot_clock::time_point now) {
  if (u->running_since != boot_clock::time_point{}) {
    run_report report;
    report.outcome = outcome::fail(
        reason::stuck, fmt::format("an earlier run has not ended for {}", human_age(now - u->running_since)));
    return boost::asio::post(io_,
                             [this, u, epoch = epoch_, report = std::move(report)] { finished(u, epoch, report); });
  }
  u->running_since = now;
  run_async(
      io_, u->check, u->timeout, names_, u->part.get(),
      [this, u, epoch = epoch_](run_report report) { finished(u, epoch, std::move(report)); },
      [u] { u->running_since = {}; });
}

void scheduler::finished(const unit_ptr& u, std::uint64_t epoch, run_report report) {
  if (stopped_) return;
  const auto now = boot_clock::now();
  detect_stall(now);
  if (u->slow) {
    slow_checks_.pop_front();
    if (!slow_checks_.empty()) begin(slow_checks_.front(), now);
  }
  if (u->removed) return;
  if (epoch != epoch_) {
    // The run began before a stall, so its result may be outdated: drop it and run again at once.
    table_.repeat(u->number, now);
    return arm();
  }
  if (!u->check) u->memory = std::move(report.memory);
  const auto rest = u->slow ? rest_after(report) : std::chrono::nanoseconds::zero();
  const auto kind = outcome_kind::of(report.outcome);
  const auto ended = now - report.age;
  const bool failing = listener_.on_run(u->number, std::move(report), ended);
  // While the check fails or recovers, every run may change its status.
  if (!failing && !u->check) u->unchanged_kind = kind;
  table_.finished(u->number, failing, now, rest);
  if (next_iteration(now) < expected_) arm();
}

}  // namespace telltale
