// Implements the status board: applies results and builds snapshots.
#include "snapshot/board.hpp"

#include <algorithm>
#include <utility>

#include "snapshot/change_log.hpp"

namespace telltale {
namespace {

thresholds limits_of(const check_view& view) {
  const auto& s = view.config->settings;
  return {s.rise, s.fall, s.effective_max_age()};
}

std::shared_ptr<const check_view> with_config(check_view view, std::shared_ptr<const check_config> config) {
  view.config = std::move(config);
  return std::make_shared<const check_view>(std::move(view));
}

std::shared_ptr<const check_view> with_status(check_view view, status now) {
  view.status = std::move(now);
  return std::make_shared<const check_view>(std::move(view));
}

}  // namespace

board::board(std::shared_ptr<const config> conf, boot_clock::time_point now, std::chrono::system_clock::time_point wall)
    : heartbeat_(now), started_(wall) {
  const auto count = conf->checks.size();
  change(std::move(conf), kept_checks(count), now);
}

void board::change(std::shared_ptr<const config> conf, const kept_checks& kept, boot_clock::time_point now) {
  std::vector<entry> next(conf->checks.size());
  for (std::size_t i = 0; i < next.size(); ++i) {
    const std::shared_ptr<const check_config> c(conf, &conf->checks[i]);
    check_view view;
    if (kept[i]) {
      next[i] = entries_[*kept[i]];
      view = *next[i].view;
    } else {
      view.status = initial_status(now + c->settings.initial_delay);
    }
    next[i].view = with_config(std::move(view), c);
  }
  entries_ = std::move(next);
  config_ = std::move(conf);
  outdated_ = true;
  if (changed) changed();
}

bool board::on_run(std::size_t check, run_report report, boot_clock::time_point ended) {
  auto& e = entries_[check];
  auto next = std::make_shared<check_view>();
  next->config = e.view->config;
  next->counters = e.view->counters;
  next->counters.record(report);
  next->last_duration = report.duration;
  next->last_run = std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::microseconds>(report.age);
  next->status = next_status(e.view->status, std::move(report.outcome), limits_of(*e.view), ended);
  if (next->config->type->make_async == nullptr) queue_.record(to_seconds(report.waited));
  e.view = std::move(next);
  outdated_ = true;
  log_change(e, *e.view);
  return e.view->status.state == check_state::fail || e.view->status.last.verdict == verdict::fail;
}

void board::on_stall(std::chrono::nanoseconds pause, boot_clock::time_point now) {
  outdated_ = true;
  for (auto& e : entries_) {
    if (e.view->config->type->cadence.slow) continue;  // its results are valid for hours, within `max_age`
    e.view = with_status(*e.view, reset_after_stall(e.view->status, pause, now));
    log_change(e, *e.view);
  }
}

void board::on_iteration(std::chrono::nanoseconds lag, boot_clock::time_point now) {
  heartbeat_ = now;
  loop_lag_.record(to_seconds(lag));
}

void board::drain() {
  draining_ = true;
  outdated_ = true;
}

void board::log_change(entry& e, const check_view& shown) {
  const auto& now = shown.status;
  if (now.state == e.logged_state && now.reason == e.logged_reason) return;
  log_check_change(*shown.config, e.logged_state, now, shown.last_duration);
  e.logged_state = now.state;
  e.logged_reason = now.reason;
  if (changed) changed();
}

snapshot_ptr board::snapshot_at(boot_clock::time_point now) {
  if (latest_ && !outdated_ && now < latest_->valid_until) return latest_;
  auto next = std::make_shared<snapshot>();
  next->draining = draining_;
  next->taken = now;
  next->wall = std::chrono::system_clock::now();
  next->started = started_;
  // Ages are shown, so no snapshot is valid for long. One that is taken during a stall of the loop expires at once.
  const auto stalled_at = heartbeat_ + heartbeat_limit;
  next->valid_until = std::min(now + heartbeat_period, std::max(now, stalled_at));
  add_checks(*next);
  add_gates(*next);
  const auto before = std::exchange(latest_, next);
  outdated_ = false;
  for (const auto g : all_gates)
    if (!before || before->of(g).state.state != next->of(g).state.state) log_gate_change(g, next->of(g).state);
  return latest_;
}

/// The views as of the latest runs, and copies of those that are stale: their messages contain an age.
void board::add_checks(snapshot& next) {
  next.checks.reserve(entries_.size());
  for (auto& e : entries_) {
    const auto limits = limits_of(*e.view);
    const auto stale = stale_at(e.view->status, limits);
    if (next.taken < stale) {
      next.valid_until = std::min(next.valid_until, stale);
      next.checks.push_back(e.view);
    } else {
      next.checks.push_back(with_status(*e.view, status_at(e.view->status, limits, next.taken)));
      log_change(e, *next.checks.back());
    }
  }
}

/// The latest snapshot is the history of the gates: whether `startup` has passed, and what was a transition.
void board::add_gates(snapshot& next) const {
  for (const auto g : all_gates) {
    const auto fed = next.fed_to(g);
    auto& out = next.gates[static_cast<std::size_t>(g)];
    out.state = evaluate_gate({.gate = g,
                               .fed = fed,
                               .ready_without_checks = config_->ready_without_checks,
                               .draining = draining_,
                               .startup = config_->server.startup,
                               .startup_passed = latest_ && latest_->of(gate::startup).is_up(),
                               .heartbeat_age = next.taken - heartbeat_});
    if (latest_) out.transitions = latest_->of(g).transitions + (out.is_up() == latest_->of(g).is_up() ? 0 : 1);
  }
}

}  // namespace telltale
