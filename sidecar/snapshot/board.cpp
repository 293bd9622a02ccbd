// Statuses in, pictures out.
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
  auto before = std::exchange(posts_, {});
  posts_.reserve(conf->checks.size());
  feeding_ = {};
  ready_without_checks_ = conf->ready_without_checks;
  startup_ = conf->server.startup;
  forget_pictures();
  gates_current_ = false;
  first_old_ = {};
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
  p.limits = {s.rise, s.fall, s.effective_max_age()};
  p.blocking = c->type->make_blocking != nullptr;
  for (auto g : all_gates) {
    p.feeds[index_of(g)] = s.feeds(g);
    if (s.feeds(g)) feeding_[index_of(g)].push_back(posts_.size());
  }
  own(p).config = std::move(c);
  posts_.push_back(std::move(p));
}

check_view& board::own(post& p) {
  if (p.view.use_count() > 1) p.view = std::make_shared<check_view>(*p.view);
  return *p.view;
}

bool board::ran(std::size_t check, run_report report, boot_clock::time_point ended) {
  auto& p = posts_[check];
  forget_pictures_of(p);
  auto& view = own(p);
  view.counters.record(report);
  if (p.blocking) queue_.record(to_seconds(report.waited));
  view.last_duration = report.duration;
  view.last_run = std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::microseconds>(report.age);
  view.status = next_status(std::move(view.status), report.outcome, p.limits, ended);
  const auto old = stale_at(view.status, p.limits);
  first_old_ = std::min(first_old_, old);
  next_old_ = std::min(next_old_, old);
  names_.share(view.status.last.measurements);
  note(p, view.status);
  return view.status.state == check_state::fail || view.status.last.verdict == verdict::fail;
}

void board::stood_still(std::chrono::nanoseconds pause, boot_clock::time_point now) {
  forget_pictures();
  for (auto& p : posts_) {
    auto& view = own(p);
    view.status = distrust(view.status, pause, now);
    note(p, view.status);
  }
}

void board::turned(std::chrono::nanoseconds lag, boot_clock::time_point now) {
  heartbeat_ = now;
  loop_lag_.record(to_seconds(lag));
  for (auto& last : last_)
    if (last && now >= last->valid_until) last = nullptr;  // nobody may have it any more
}

void board::drain() {
  draining_ = true;
  forget_pictures();
  gates_current_ = false;
}

void board::note(post& p, const status& shown) {
  if (shown.state == p.logged_state && shown.reason == p.logged_reason) return;
  gates_current_ = false;
  log_check_change(*p.view->config, p.logged_state, shown, p.view->last_duration);
  p.logged_state = shown.state;
  p.logged_reason = shown.reason;
  if (changed) changed();
}

void board::forget_pictures_of(const post& p) {
  last_[index_of(all_checks)] = nullptr;
  for (auto g : all_gates)
    if (p.feeds[index_of(g)]) last_[index_of(g)] = nullptr;
}

bool board::needs_results(picture_subject subject, boot_clock::time_point now) const {
  return now >= first_old_ || (subject ? !feeding_[index_of(subject)].empty() : !posts_.empty());
}

snapshot_ptr board::picture(boot_clock::time_point now, picture_subject subject) {
  auto& last = last_[index_of(subject)];
  if (last && now < last->valid_until && !stands_still(now)) return last;
  evaluate(now);
  auto next = std::make_shared<snapshot>();
  next->gates = gates_;
  next->taken = now;
  next->wall = std::chrono::system_clock::now();
  next->started = started_;
  next->draining = draining_;
  // Ages are shown, so no picture is shown for long; and none of a standstill once it is over.
  next->valid_until = stands_still(now) ? now : std::min(now + heartbeat_period, next_old_);
  if (subject) {
    const auto& feeding = feeding_[index_of(subject)];
    next->checks.reserve(feeding.size());
    for (const auto check : feeding) next->checks.push_back(shown(posts_[check]));
  } else {
    next->checks.reserve(posts_.size());
    for (const auto& p : posts_) next->checks.push_back(shown(p));
  }
  last = std::move(next);
  return last;
}

void board::evaluate(boot_clock::time_point now) {
  age(now);
  if (!gates_current_ || stands_still(now)) evaluate_gates(now);
}

/// Makes what is shown of checks whose last run is too old. Their sentences grow older with every picture.
void board::age(boot_clock::time_point now) {
  if (now < first_old_) return;
  first_old_ = next_old_ = boot_clock::time_point::max();
  for (auto& p : posts_) {
    const auto old = stale_at(p.view->status, p.limits);
    first_old_ = std::min(first_old_, old);
    p.aged = nullptr;
    if (now < old) {
      next_old_ = std::min(next_old_, old);
      continue;
    }
    auto aged = std::make_shared<check_view>(*p.view);
    aged->status = status_at(p.view->status, p.limits, now);
    note(p, aged->status);
    p.aged = std::move(aged);
  }
}

void board::evaluate_gates(boot_clock::time_point now) {
  bool current = !stands_still(now);
  std::vector<fed_status> fed;
  for (auto g : all_gates) {
    const auto i = index_of(g);
    fed.clear();
    for (auto check : feeding_[i]) {
      const auto& view = *shown(posts_[check]);
      fed.push_back({&view.status, view.config->settings.effective_severity(), view.config->settings.name});
    }
    const auto state =
        evaluate_gate({g, fed, ready_without_checks_, draining_, startup_, startup_passed_, now - heartbeat_});
    const bool up = state.state != verdict::fail;
    const bool was_up = gates_[i].state.state != verdict::fail;
    if (up != was_up && gate_logged_[i]) ++gates_[i].transitions;  // the first evaluation changes nothing
    if (state.state != gates_[i].state.state || !gate_logged_[i]) log_gate_change(g, state);
    gate_logged_[i] = true;
    if (gates_[i].state != state) last_[i] = last_[index_of(all_checks)] = nullptr;
    gates_[i].state = state;
    // Once it has passed, the next evaluation reads differently.
    if (g == gate::startup && up != std::exchange(startup_passed_, up)) current = false;
  }
  gates_current_ = current;  // last: nothing of this may fail unseen
}

}  // namespace telltale
