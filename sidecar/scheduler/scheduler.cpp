// The loop over all checks: wait for the next tick, start what is due, pass on what was found.
#include "scheduler/scheduler.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

#include <telltale/units.hpp>

#include "config/heartbeat.hpp"
#include "scheduler/async_run.hpp"

namespace telltale {
namespace {

cadence cadence_of(const check_settings& s) {
  return {s.interval, s.effective_failing_interval(), s.initial_delay, s.jitter.ratio()};
}

/// Soon after the start, so that a fresh pod does not go unexamined for hours; sooner again after a bad result, so that
/// a repair shows.
cadence cadence_of(const examination_schedule& plan) {
  constexpr std::chrono::milliseconds first{5'000};
  constexpr std::chrono::milliseconds after_failure{300'000};
  return {plan.every, std::min(plan.every, after_failure), std::min(plan.every, first), 0.1, false};
}

}  // namespace

scheduler::scheduler(boost::asio::io_context& io, const config& conf, worker_pool& pool, name_resolver& names,
                     run_listener& listener, problems& refused)
    : io_(io), timer_(io), pool_(pool), names_(names), listener_(listener), table_(std::random_device{}()) {
  for (const auto& c : conf.checks) add_check(c, refused);
  for (std::size_t check = 0; check < conf.checks.size(); ++check) add_examination(check, conf.checks[check]);
}

void scheduler::add_check(const check_config& c, problems& refused) {
  unit u;
  u.timeout = c.settings.timeout;
  try {
    if (c.type->make_async) u.check = c.type->make_async(c.options);
    else u.task = pool_.add({c.type->name, c.options});
  } catch (const std::exception& e) {
    refused.add(c.at, fmt::format("check '{}': {}", c.settings.name, e.what()));
  }
  units_.push_back(std::move(u));
  table_.add(cadence_of(c.settings), boot_clock::now());
}

void scheduler::add_examination(std::size_t check, const check_config& c) {
  if (!c.type->examination) return;
  const auto plan = c.type->examination(c.options);
  if (!plan) return;
  unit u;
  u.timeout = plan->timeout;
  u.task = pool_.add({c.type->name, c.options, true});
  u.examines = check;
  units_.push_back(std::move(u));
  table_.add(cadence_of(*plan), boot_clock::now());
}

void scheduler::start() {
  last_sign_of_life_ = expected_ = boot_clock::now();
  turn();
}

void scheduler::stop() {
  stopped_ = true;
  timer_.cancel();
}

void scheduler::arm() {
  const auto now = boot_clock::now();
  expected_ = std::min(table_.next_due(), now + heartbeat_period);
  timer_.expires_after(std::max<boot_clock::duration>(expected_ - now, boot_clock::duration::zero()));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error != boost::asio::error::operation_aborted && !stopped_) turn();
  });
}

void scheduler::turn() {
  const auto now = boot_clock::now();
  const auto lag = now - expected_;
  look_at_clock(now);
  last_sign_of_life_ = now;
  for (auto check : table_.take_due(now)) run(check, now);
  listener_.turned(std::max(lag, boot_clock::duration::zero()), now);
  arm();
}

void scheduler::look_at_clock(boot_clock::time_point now) {
  const auto pause = now - last_sign_of_life_;
  if (pause < heartbeat_limit) return;
  last_sign_of_life_ = now;
  ++epoch_;
  table_.hurry(now);
  listener_.stood_still(pause, now);
  arm();
}

void scheduler::run(std::size_t check, boot_clock::time_point now) {
  if (units_[check].check) return run_network(check, now);
  if (!units_[check].examines) return submit(check, now);
  examinations_.push_back(check);
  if (examinations_.size() == 1) submit(check, now);
}

void scheduler::submit(std::size_t unit, boot_clock::time_point now) {
  auto& u = units_[unit];
  run_input input(u.memory);
  input.examined = u.examined.as_of(now);
  pool_.run(u.task, u.timeout, std::move(input),
            [this, unit, epoch = epoch_](run_report report) { finished(unit, epoch, std::move(report)); });
}

void scheduler::run_network(std::size_t check, boot_clock::time_point now) {
  auto& u = units_[check];
  if (u.running_since != boot_clock::time_point{}) {
    run_report report;
    report.outcome = outcome::fail(
        reason::stuck, fmt::format("an earlier run has not ended for {}", human_duration(now - u.running_since)));
    return boost::asio::post(
        io_, [this, check, epoch = epoch_, report = std::move(report)] { finished(check, epoch, report); });
  }
  u.running_since = now;
  run_async(
      io_, u.check, u.timeout, names_,
      [this, check, epoch = epoch_](run_report report) { finished(check, epoch, std::move(report)); },
      [this, check] { units_[check].running_since = {}; });
}

void scheduler::finished(std::size_t unit, std::uint64_t epoch, run_report report) {
  if (stopped_) return;
  const auto now = boot_clock::now();
  look_at_clock(now);
  if (units_[unit].examines) {
    examinations_.pop_front();
    if (!examinations_.empty()) submit(examinations_.front(), now);
  }
  if (epoch != epoch_) {
    // Begun before a standstill: it may speak of the world before it. Forget it and run again at once.
    table_.repeat(unit, now);
    return arm();
  }
  const bool failing = taken(unit, std::move(report), now);
  table_.finished(unit, failing, now);
  if (table_.next_due() < expected_) arm();
}

bool scheduler::taken(std::size_t unit, run_report report, boot_clock::time_point now) {
  auto& u = units_[unit];
  if (!u.check) u.memory = std::move(report.memory);
  if (!u.examines) return listener_.ran(unit, std::move(report), now);
  const bool failing = report.outcome.verdict == verdict::fail;
  units_[*u.examines].examined.note(std::move(report.outcome), now);
  return failing;
}

}  // namespace telltale
