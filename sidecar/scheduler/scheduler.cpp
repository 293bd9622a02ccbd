// The loop over all checks: wait for the next tick, start what is due, pass on what was found.
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

/// Local checks share wake-ups. A network check keeps a moment of its own: it wakes the loop several times anyway, and
/// many may ask the same server.
cadence cadence_of(const check_settings& s, bool local) {
  return {s.interval, s.effective_failing_interval(), s.initial_delay, s.jitter.ratio(), true, local};
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
  change(conf, kept_checks(conf.checks.size()), refused);
}

void scheduler::change(const config& conf, const kept_checks& kept, problems& refused) {
  const auto network = network_checks(conf, refused);
  if (!refused.empty()) return;
  std::vector<timetable::entry_change> entries;
  auto units = made_units(conf, kept, network, entries);
  table_.change(entries, boot_clock::now());
  units.swap(units_);
  for (auto& old : units) old->gone = true;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    units_[i]->number = i;
    units_[i]->gone = false;
  }
  retire(units);
  if (last_sign_of_life_ != boot_clock::time_point{} && !stopped_) arm();
}

/// The checks first, their examinations behind them.
std::vector<scheduler::unit_ptr> scheduler::made_units(const config& conf, const kept_checks& kept,
                                                       const std::vector<std::shared_ptr<async_check>>& network,
                                                       std::vector<timetable::entry_change>& entries) {
  std::vector<unit_ptr> out;
  for (std::size_t i = 0; i < conf.checks.size(); ++i) {
    const auto& c = conf.checks[i];
    const auto u = kept[i] ? units_[*kept[i]] : std::make_shared<unit>();
    u->timeout = c.settings.timeout;
    u->check = network[i];
    if (!u->check && !kept[i]) u->task = pool_.add({c.type->name, c.options});
    out.push_back(u);
    entries.push_back({cadence_of(c.settings, !u->check), kept[i]});
  }
  for (std::size_t i = 0; i < conf.checks.size(); ++i) {
    const auto& c = conf.checks[i];
    const auto plan = c.type->examination ? c.type->examination(c.options) : std::nullopt;
    if (!plan) continue;
    const auto known = kept[i] ? examination_of(out[i]) : nullptr;  // the same options, the same plan
    entries.push_back({cadence_of(*plan), known ? std::optional(known->number) : std::nullopt});
    out.push_back(known ? known : std::make_shared<unit>());
    if (known) continue;
    auto& made = *out.back();
    made.timeout = plan->timeout;
    made.task = pool_.add({c.type->name, c.options, true});
    made.examines = out[i];
    out[i]->examined = std::make_unique<examined_record>();
  }
  return out;
}

scheduler::unit_ptr scheduler::examination_of(const unit_ptr& check) const {
  const auto found = std::ranges::find(units_, check, &unit::examines);
  return found == units_.end() ? nullptr : *found;
}

/// What is gone of the units there were. An examination under way keeps its place at the head of the queue until it has
/// ended: two at a time would take the disk from the application.
void scheduler::retire(const std::vector<unit_ptr>& before) {
  for (const auto& u : before)
    if (u->gone && !u->check) pool_.remove(u->task);
  for (std::size_t i = 1; i < examinations_.size();) {
    if (examinations_[i]->gone) examinations_.erase(examinations_.begin() + static_cast<std::ptrdiff_t>(i));
    else ++i;
  }
}

void scheduler::start() {
  last_sign_of_life_ = expected_ = boot_clock::now();
  turn();
}

void scheduler::stop() {
  stopped_ = true;
  timer_.cancel();
}

boot_clock::time_point scheduler::next_turn(boot_clock::time_point now) const {
  return std::clamp(table_.next_due(), now, now + heartbeat_period);
}

void scheduler::arm() {
  const auto now = boot_clock::now();
  expected_ = next_turn(now);
  if (expected_ <= now) return turn_again();
  timer_.expires_after(expected_ - now);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error != boost::asio::error::operation_aborted && !stopped_) turn();
  });
}

/// At once, but after everybody else. Setting the timer costs more than all else in a turn.
void scheduler::turn_again() {
  if (std::exchange(turning_again_, true)) return;
  boost::asio::post(io_, [this] {
    turning_again_ = false;
    if (!stopped_) turn();
  });
}

void scheduler::turn() {
  const auto now = boot_clock::now();
  const auto lag = now - expected_;
  catch_up(now);
  last_sign_of_life_ = now;
  for (auto number : table_.take_due(now)) run(units_[number], now);
  listener_.turned(std::max(lag, boot_clock::duration::zero()), now);
  arm();
}

void scheduler::catch_up(boot_clock::time_point now) {
  if (stopped_) return;
  look_at_clock(now);
  pool_.collect();
}

void scheduler::look_at_clock(boot_clock::time_point now) {
  const auto pause = now - last_sign_of_life_;
  if (pause < heartbeat_limit) return;
  last_sign_of_life_ = now;
  ++epoch_;
  for (const auto& u : units_) u->no_news.reset();  // what comes next is news, whatever it is
  table_.hurry(now);
  listener_.stood_still(pause, now);
  arm();
}

void scheduler::run(const unit_ptr& u, boot_clock::time_point now) {
  if (u->check) return run_network(u, now);
  if (!u->examines) return submit(u, now);
  examinations_.push_back(u);
  if (examinations_.size() == 1) submit(u, now);
}

void scheduler::submit(const unit_ptr& u, boot_clock::time_point now) {
  run_input input(u->memory);
  input.no_news = std::exchange(u->no_news, std::nullopt);
  if (u->examined) input.examined = u->examined->as_of(now);
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
      io_, u->check, u->timeout, names_,
      [this, u, epoch = epoch_](run_report report) { finished(u, epoch, std::move(report)); },
      [u] { u->running_since = {}; });
}

void scheduler::finished(const unit_ptr& u, std::uint64_t epoch, run_report report) {
  if (stopped_) return;
  const auto now = boot_clock::now();
  look_at_clock(now);
  if (u->examines) {
    examinations_.pop_front();
    if (!examinations_.empty()) submit(examinations_.front(), now);
  }
  if (u->gone) return;
  if (epoch != epoch_) {
    // Begun before a standstill: it may speak of the world before it. Forget it and run again at once.
    table_.repeat(u->number, now);
    return arm();
  }
  const auto ended = now - report.age;
  const bool failing = taken(*u, std::move(report), ended);
  table_.finished(u->number, failing, now);
  if (next_turn(now) < expected_) arm();
}

bool scheduler::taken(unit& u, run_report report, boot_clock::time_point ended) {
  if (!u.check) u.memory = std::move(report.memory);
  if (!u.examines) {
    const auto kind = outcome_kind::of(report.outcome);
    const bool failing = listener_.ran(u.number, std::move(report), ended);
    // While it fails or recovers every run may be the one that changes the status.
    if (!failing) u.no_news = kind;
    return failing;
  }
  const bool failing = report.outcome.verdict == verdict::fail;
  u.examines->examined->note(std::move(report.outcome), ended);
  return failing;
}

}  // namespace telltale
