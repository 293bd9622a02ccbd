// Statuses in, pictures out.
#include "snapshot/board.hpp"

#include <algorithm>
#include <utility>

#include "config/heartbeat.hpp"
#include "snapshot/change_log.hpp"

namespace telltale {

board::board(const config& conf, boot_clock::time_point now, std::chrono::system_clock::time_point wall)
    : heartbeat_(now), started_(wall) {
  change(conf, kept_checks(conf.checks.size()), now);
}

void board::change(const config& conf, const kept_checks& kept, boot_clock::time_point now) {
  auto before = std::exchange(posts_, {});
  feeding_ = {};
  ready_without_checks_ = conf.ready_without_checks;
  for (std::size_t i = 0; i < conf.checks.size(); ++i) {
    post p;
    if (kept[i]) p = std::move(before[*kept[i]]);
    else p.status = initial_status(now + conf.checks[i].settings.initial_delay);
    add_post(conf.checks[i], std::move(p));
  }
  dirty_ = true;
  if (changed) changed();
}

void board::add_post(const check_config& c, post p) {
  const auto& s = c.settings;
  for (auto g : all_gates)
    if (s.feeds(g)) feeding_[static_cast<std::size_t>(g)].push_back(posts_.size());
  p.config = std::make_shared<const check_config>(c);
  p.limits = {s.rise, s.fall, s.effective_max_age()};
  p.view = nullptr;
  posts_.push_back(std::move(p));
}

bool board::ran(std::size_t check, run_report report, boot_clock::time_point now) {
  auto& p = posts_[check];
  ++p.counters.runs;
  if (report.outcome.verdict == verdict::fail) ++p.counters.failures[static_cast<std::size_t>(report.outcome.reason)];
  p.counters.duration.record(to_seconds(report.duration));
  if (p.config->type->make_blocking) p.counters.waited.record(to_seconds(report.waited));
  p.last_duration = report.duration;
  p.last_run = std::chrono::system_clock::now();
  p.status = next_status(p.status, std::move(report.outcome), p.limits, now);
  p.view = nullptr;
  dirty_ = true;
  note(p, p.status);
  return p.status.state == check_state::fail || p.status.last.verdict == verdict::fail;
}

void board::stood_still(std::chrono::nanoseconds pause, boot_clock::time_point now) {
  for (auto& p : posts_) {
    p.status = distrust(p.status, pause, now);
    p.view = nullptr;
    note(p, p.status);
  }
  dirty_ = true;
}

void board::turned(std::chrono::nanoseconds lag, boot_clock::time_point now) {
  heartbeat_ = now;
  loop_lag_.record(to_seconds(lag));
}

void board::drain() {
  draining_ = true;
  dirty_ = true;
}

void board::note(post& p, const telltale::status& shown) {
  if (shown.state == p.logged_state && shown.reason == p.logged_reason) return;
  log_check_change(*p.config, p.logged_state, shown, p.last_duration);
  p.logged_state = shown.state;
  p.logged_reason = shown.reason;
  if (changed) changed();
}

std::shared_ptr<const check_view> board::view_of(post& p, boot_clock::time_point now) {
  const bool aged = now >= stale_at(p.status, p.limits);
  if (p.view && !aged) return p.view;
  auto view = std::make_shared<const check_view>(
      check_view{p.config, status_at(p.status, p.limits, now), p.counters, p.last_duration, p.last_run});
  if (aged) note(p, view->status);  // its sentence grows older with every picture, so this view is not kept
  p.view = aged ? nullptr : view;
  return view;
}

snapshot_ptr board::picture(boot_clock::time_point now) {
  const bool current = last_ && !dirty_ && now < last_->valid_until && now < heartbeat_ + heartbeat_limit;
  if (current) return last_;
  dirty_ = false;
  auto next = std::make_shared<snapshot>();
  next->taken = now;
  next->wall = std::chrono::system_clock::now();
  next->started = started_;
  next->draining = draining_;
  next->valid_until = now + heartbeat_period;  // ages are shown, so no picture is shown for long
  next->checks.reserve(posts_.size());
  for (auto& p : posts_) {
    next->checks.push_back(view_of(p, now));
    if (const auto old = stale_at(p.status, p.limits); old > now) next->valid_until = std::min(next->valid_until, old);
  }
  evaluate_gates(*next, now);
  last_ = std::move(next);
  return last_;
}

void board::evaluate_gates(snapshot& next, boot_clock::time_point now) {
  std::vector<fed_status> fed;
  for (auto g : all_gates) {
    const auto i = static_cast<std::size_t>(g);
    fed.clear();
    for (auto check : feeding_[i]) {
      const auto& settings = posts_[check].config->settings;
      fed.push_back({&next.checks[check]->status, settings.effective_severity(), settings.name});
    }
    const auto state = evaluate_gate({g, fed, ready_without_checks_, draining_, startup_latched_, now - heartbeat_});
    const bool up = state.state != verdict::fail;
    const bool was_up = gates_[i].state.state != verdict::fail;
    if (up != was_up && gate_logged_[i]) ++gates_[i].transitions;  // the first evaluation changes nothing
    if (state.state != gates_[i].state.state || !gate_logged_[i]) log_gate_change(g, state);
    gate_logged_[i] = true;
    gates_[i].state = state;
    if (g == gate::startup && up) startup_latched_ = true;
  }
  next.gates = gates_;
}

}  // namespace telltale
