// Statuses in, pictures out.
#include "snapshot/board.hpp"

#include <algorithm>
#include <utility>

#include "config/heartbeat.hpp"
#include "snapshot/change_log.hpp"

namespace telltale {
namespace {

thresholds limits_of(const check_view& view) {
  const auto& s = view.config->settings;
  return {s.rise, s.fall, s.effective_max_age()};
}

}  // namespace

board::board(std::shared_ptr<const config> conf, boot_clock::time_point now, std::chrono::system_clock::time_point wall)
    : board(now, wall) {
  const auto count = conf->checks.size();
  change(std::move(conf), kept_checks(count), now);
}

void board::change(std::shared_ptr<const config> conf, const kept_checks& kept, boot_clock::time_point now) {
  auto before = std::exchange(posts_, {});
  posts_.reserve(conf->checks.size());
  feeding_ = {};
  ready_without_checks_ = conf->ready_without_checks;
  last_ = nullptr;
  for (std::size_t i = 0; i < conf->checks.size(); ++i) {
    const std::shared_ptr<const check_config> c(conf, &conf->checks[i]);
    add_post(c, kept[i] ? std::move(before[*kept[i]]) : new_post(now + c->settings.initial_delay));
  }
  if (changed) changed();
}

board::post board::new_post(boot_clock::time_point waiting_since) {
  post out;
  out.view = std::make_shared<check_view>();
  out.view->status = initial_status(waiting_since);
  return out;
}

void board::add_post(std::shared_ptr<const check_config> c, post p) {
  const auto& s = c->settings;
  for (auto g : all_gates)
    if (s.feeds(g)) feeding_[static_cast<std::size_t>(g)].push_back(posts_.size());
  own(p).config = std::move(c);
  posts_.push_back(std::move(p));
}

check_view& board::own(post& p) {
  if (p.view.use_count() > 1) p.view = std::make_shared<check_view>(*p.view);
  return *p.view;
}

bool board::ran(std::size_t check, run_report report, boot_clock::time_point ended) {
  last_ = nullptr;
  auto& p = posts_[check];
  auto& view = own(p);
  view.counters.record(report, view.config->type->make_blocking != nullptr);
  view.last_duration = report.duration;
  view.last_run = std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::microseconds>(report.age);
  view.status = next_status(std::move(view.status), report.outcome, limits_of(view), ended);
  names_.share(view.status.last.measurements);
  note(p, view.status);
  return view.status.state == check_state::fail || view.status.last.verdict == verdict::fail;
}

void board::stood_still(std::chrono::nanoseconds pause, boot_clock::time_point now) {
  last_ = nullptr;
  for (auto& p : posts_) {
    auto& view = own(p);
    view.status = distrust(view.status, pause, now);
    note(p, view.status);
  }
}

void board::turned(std::chrono::nanoseconds lag, boot_clock::time_point now) {
  heartbeat_ = now;
  loop_lag_.record(to_seconds(lag));
}

void board::drain() {
  draining_ = true;
  last_ = nullptr;
}

void board::note(post& p, const status& shown) {
  if (shown.state == p.logged_state && shown.reason == p.logged_reason) return;
  log_check_change(*p.view->config, p.logged_state, shown, p.view->last_duration);
  p.logged_state = shown.state;
  p.logged_reason = shown.reason;
  if (changed) changed();
}

std::shared_ptr<const check_view> board::view_of(post& p, const thresholds& limits, boot_clock::time_point now) {
  if (now < stale_at(p.view->status, limits)) return p.view;
  // Its sentence grows older with every picture, so that nothing is kept of it.
  auto aged = std::make_shared<check_view>(*p.view);
  aged->status = status_at(p.view->status, limits, now);
  note(p, aged->status);
  return aged;
}

snapshot_ptr board::picture(boot_clock::time_point now) {
  const bool current = last_ && now < last_->valid_until && now < heartbeat_ + heartbeat_limit;
  if (current) return last_;
  auto next = std::make_shared<snapshot>();
  next->taken = now;
  next->wall = std::chrono::system_clock::now();
  next->started = started_;
  next->draining = draining_;
  next->valid_until = now + heartbeat_period;  // ages are shown, so no picture is shown for long
  next->checks.reserve(posts_.size());
  for (auto& p : posts_) {
    const auto limits = limits_of(*p.view);
    next->checks.push_back(view_of(p, limits, now));
    const auto old = stale_at(p.view->status, limits);
    if (old > now) next->valid_until = std::min(next->valid_until, old);
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
      const auto& view = *next.checks[check];
      fed.push_back({&view.status, view.config->settings.effective_severity(), view.config->settings.name});
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
