// Implements the status board: applies results and builds snapshots.
#include "snapshot/board.hpp"

#include <algorithm>
#include <utility>

#include "snapshot/change_log.hpp"

namespace telltale {
board::board(std::shared_ptr<const config> conf, boot_clock::time_point now, std::chrono::system_clock::time_point wall)
    : board(now, wall) {
  const auto count = conf->checks.size();
  change(std::move(conf), kept_checks(count), now);
}

void board::change(std::shared_ptr<const config> conf, const kept_checks& kept, boot_clock::time_point now) {
  auto before = std::exchange(entries_, {});
  entries_.reserve(conf->checks.size());
  feeding_ = {};
  ready_without_checks_ = conf->ready_without_checks;
  startup_ = conf->server.startup;
  discard_snapshots();
  gates_current_ = false;
  first_old_ = {};
  for (std::size_t i = 0; i < conf->checks.size(); ++i) {
    const std::shared_ptr<const check_config> c(conf, &conf->checks[i]);
    add_entry(c, kept[i] ? std::move(before[*kept[i]]) : new_entry(now + c->settings.initial_delay));
  }
  if (changed) changed();
}

board::entry board::new_entry(boot_clock::time_point waiting_since) {
  entry out;
  out.view = std::make_shared<check_view>();
  out.view->status = initial_status(waiting_since);
  return out;
}

void board::add_entry(std::shared_ptr<const check_config> c, entry p) {
  const auto& s = c->settings;
  p.limits = {s.rise, s.fall, s.effective_max_age()};
  p.blocking = c->type->make_async == nullptr;
  for (auto g : all_gates) {
    p.feeds[index_of(g)] = s.feeds(g);
    if (s.feeds(g)) feeding_[index_of(g)].push_back(entries_.size());
  }
  writable_view(p).config = std::move(c);
  entries_.push_back(std::move(p));
}

check_view& board::writable_view(entry& p) {
  if (p.view.use_count() > 1) p.view = std::make_shared<check_view>(*p.view);
  return *p.view;
}

bool board::on_run(std::size_t check, run_report report, boot_clock::time_point ended) {
  auto& p = entries_[check];
  discard_snapshots_of(p);
  auto& view = writable_view(p);
  view.counters.record(report);
  if (p.blocking) queue_.record(to_seconds(report.waited));
  view.last_duration = report.duration;
  view.last_run = std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::microseconds>(report.age);
  view.status = next_status(std::move(view.status), report.outcome, p.limits, ended);
  const auto old = stale_at(view.status, p.limits);
  first_old_ = std::min(first_old_, old);
  next_old_ = std::min(next_old_, old);
  names_.share(view.status.last.measurements);
  log_change(p, view.status);
  return view.status.state == check_state::fail || view.status.last.verdict == verdict::fail;
}

void board::on_stall(std::chrono::nanoseconds pause, boot_clock::time_point now) {
  discard_snapshots();
  for (auto& p : entries_) {
    if (p.view->config->type->cadence.slow) continue;  // its results are valid for hours, within `max_age`
    auto& view = writable_view(p);
    view.status = reset_after_stall(view.status, pause, now);
    log_change(p, view.status);
  }
}

void board::on_iteration(std::chrono::nanoseconds lag, boot_clock::time_point now) {
  heartbeat_ = now;
  loop_lag_.record(to_seconds(lag));
  for (auto& last : last_)
    if (last && now >= last->valid_until) last = nullptr;  // expired, so no reader may get it
}

void board::drain() {
  draining_ = true;
  discard_snapshots();
  gates_current_ = false;
}

void board::log_change(entry& p, const status& shown) {
  if (shown.state == p.logged_state && shown.reason == p.logged_reason) return;
  gates_current_ = false;
  log_check_change(*p.view->config, p.logged_state, shown, p.view->last_duration);
  p.logged_state = shown.state;
  p.logged_reason = shown.reason;
  if (changed) changed();
}

void board::discard_snapshots_of(const entry& p) {
  last_[index_of(all_checks)] = nullptr;
  for (auto g : all_gates)
    if (p.feeds[index_of(g)]) last_[index_of(g)] = nullptr;
}

bool board::needs_results(snapshot_subject subject, boot_clock::time_point now) const {
  return now >= first_old_ || (subject ? !feeding_[index_of(subject)].empty() : !entries_.empty());
}

snapshot_ptr board::snapshot_at(boot_clock::time_point now, snapshot_subject subject) {
  auto& last = last_[index_of(subject)];
  if (last && now < last->valid_until && !is_stalled(now)) return last;
  evaluate(now);
  auto next = std::make_shared<snapshot>();
  next->gates = gates_;
  next->taken = now;
  next->wall = std::chrono::system_clock::now();
  next->started = started_;
  next->draining = draining_;
  // Snapshots contain ages, so none is valid for long, and one taken during a stall expires at once.
  next->valid_until = is_stalled(now) ? now : std::min(now + heartbeat_period, next_old_);
  if (subject) {
    const auto& feeding = feeding_[index_of(subject)];
    next->checks.reserve(feeding.size());
    for (const auto check : feeding) next->checks.push_back(shown(entries_[check]));
  } else {
    next->checks.reserve(entries_.size());
    for (const auto& p : entries_) next->checks.push_back(shown(p));
  }
  last = std::move(next);
  return last;
}

void board::evaluate(boot_clock::time_point now) {
  update_stale(now);
  if (!gates_current_ || is_stalled(now)) evaluate_gates(now);
}

/// Builds the views of checks with a stale result. Their messages contain an age, so each snapshot needs new ones.
void board::update_stale(boot_clock::time_point now) {
  if (now < first_old_) return;
  first_old_ = next_old_ = boot_clock::time_point::max();
  for (auto& p : entries_) {
    const auto old = stale_at(p.view->status, p.limits);
    first_old_ = std::min(first_old_, old);
    p.stale_view = nullptr;
    if (now < old) {
      next_old_ = std::min(next_old_, old);
      continue;
    }
    auto stale_view = std::make_shared<check_view>(*p.view);
    stale_view->status = status_at(p.view->status, p.limits, now);
    log_change(p, stale_view->status);
    p.stale_view = std::move(stale_view);
  }
}

void board::evaluate_gates(boot_clock::time_point now) {
  bool current = !is_stalled(now);
  std::vector<fed_status> fed;
  for (auto g : all_gates) {
    const auto i = index_of(g);
    fed.clear();
    for (auto check : feeding_[i]) {
      const auto& view = *shown(entries_[check]);
      const auto& c = *view.config;
      fed.push_back({&view.status, c.settings.effective_severity(), c.settings.name, c.type->cadence.slow});
    }
    const auto state =
        evaluate_gate({g, fed, ready_without_checks_, draining_, startup_, startup_passed_, now - heartbeat_});
    const bool up = state.state != verdict::fail;
    const bool was_up = gates_[i].state.state != verdict::fail;
    if (up != was_up && gate_logged_[i]) ++gates_[i].transitions;  // the first evaluation is not a transition
    if (state.state != gates_[i].state.state || !gate_logged_[i]) log_gate_change(g, state);
    gate_logged_[i] = true;
    if (gates_[i].state != state) last_[i] = last_[index_of(all_checks)] = nullptr;
    gates_[i].state = state;
    // A change of the startup gate affects the next evaluation.
    if (g == gate::startup && up != std::exchange(startup_passed_, up)) current = false;
  }
  gates_current_ = current;  // set last: an exception above must leave it unset
}

}  // namespace telltale
