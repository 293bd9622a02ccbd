// Implements the calendar of due times.
#include "scheduler/timetable.hpp"

#include <algorithm>
#include <utility>

namespace telltale {
namespace {

constexpr std::int64_t tick_ns = std::chrono::nanoseconds(tick).count();

std::int64_t tick_at_or_after(boot_clock::time_point when) {
  return (when.time_since_epoch().count() + tick_ns - 1) / tick_ns;
}

/// Spreads checks that would all be due at the same time.
std::chrono::nanoseconds delay_of(std::size_t position) {
  return tick * static_cast<std::int64_t>(position / max_per_tick);
}

boot_clock::time_point time_of(std::int64_t number) {
  return boot_clock::time_point(std::chrono::nanoseconds(number * tick_ns));
}

}  // namespace

std::size_t timetable::add(cadence pace, time_point now) {
  const auto check = entries_.size();
  entries_.push_back({pace});
  plan(check, now + pace.initial_delay + delay_of(check));
  return check;
}

void timetable::change(const std::vector<entry_change>& wanted, time_point now) {
  const auto before = std::exchange(entries_, {});
  calendar_.clear();
  entries_.reserve(wanted.size());
  std::size_t added = 0;
  for (const auto& w : wanted) {
    const auto check = entries_.size();
    if (!w.from) {
      entries_.push_back({w.pace});
      plan(check, now + w.pace.initial_delay + delay_of(added++));
      continue;
    }
    auto kept = before[*w.from];
    const bool same_pace = kept.pace == w.pace;
    kept.pace = w.pace;
    entries_.push_back(kept);
    if (kept.running) {
      entries_.back().missed_due = true;  // planned when it has finished
      continue;
    }
    if (same_pace || !kept.ran_before) plan(check, kept.due);
    else plan(check, std::min(kept.due, std::max(now, kept.started + w.pace.interval)));
  }
}

void timetable::plan(std::size_t check, time_point when) {
  unplan(check);
  const auto number = tick_at_or_after(when);
  entries_[check].due = time_of(number);
  calendar_[number].push_back(check);
}

void timetable::unplan(std::size_t check) {
  const auto found = calendar_.find(tick_at_or_after(entries_[check].due));
  if (found == calendar_.end()) return;
  std::erase(found->second, check);
  if (found->second.empty()) calendar_.erase(found);
}

std::vector<std::size_t> timetable::take_due(time_point now) {
  std::vector<std::size_t> out;
  for (auto room = max_per_tick; room > 0 && next_due() <= now;) {
    auto& due = calendar_.begin()->second;
    auto end = due.begin();
    for (; end != due.end() && room > 0; ++end) {
      auto& e = entries_[*end];
      room -= std::min(room, e.pace.weight);
      if (std::exchange(e.running, true)) e.missed_due = true;
      else out.push_back(*end);
    }
    due.erase(due.begin(), end);
    if (due.empty()) calendar_.erase(calendar_.begin());
  }
  for (auto check : out) {
    auto& e = entries_[check];
    e.started = now;
    plan_next(check, e.pace.interval, now);
  }
  return out;
}

std::optional<timetable::time_point> timetable::coalesced_tick(time_point earliest, time_point latest) const {
  for (auto it = calendar_.upper_bound(tick_at_or_after(latest)); it != calendar_.begin();) {
    --it;
    if (time_of(it->first) < earliest) break;
    if (it->second.size() < max_per_tick) return time_of(it->first);
  }
  return std::nullopt;
}

timetable::time_point timetable::random_time(time_point earliest, time_point latest) {
  std::uniform_int_distribution<std::int64_t> part(0, (latest - earliest).count());
  return earliest + std::chrono::nanoseconds(part(random_));
}

void timetable::finished(std::size_t check, bool failing, time_point now, std::chrono::nanoseconds rest) {
  auto& e = entries_[check];
  const auto interval = failing ? std::max(e.pace.failing_interval, std::min(rest, e.pace.interval)) : e.pace.interval;
  if (e.missed_due || interval != e.pace.interval) plan_next(check, interval, now);
  e.running = e.missed_due = false;
  e.ran_before = true;
}

void timetable::plan_next(std::size_t check, std::chrono::nanoseconds interval, time_point now) {
  auto& e = entries_[check];
  unplan(check);  // it must not coalesce with itself
  // The second run takes a random phase in half of the interval, which spreads checks and never follows the first run
  // directly.
  const auto choice = static_cast<double>(interval.count()) * (e.ran_before ? e.pace.jitter : 0.5);
  const auto soonest = now + std::chrono::nanoseconds(1);
  const auto latest = std::max(e.started + interval, soonest);
  const auto earliest = std::max(latest - std::chrono::nanoseconds(static_cast<std::int64_t>(choice)), soonest);
  const auto others = e.pace.coalescable ? coalesced_tick(earliest, latest) : std::nullopt;
  plan(check, others ? *others : random_time(earliest, latest));
}

void timetable::repeat(std::size_t check, time_point now) {
  entries_[check].running = entries_[check].missed_due = false;
  plan(check, now - tick);  // rounding up gives a tick that is not after now
}

void timetable::make_due_now(time_point now) {
  calendar_.clear();
  std::size_t planned = 0;
  for (std::size_t check = 0; check < entries_.size(); ++check)
    if (auto& e = entries_[check]; e.running) e.missed_due = true;  // planned when it has finished
    else plan(check, e.pace.due_after_stall ? now - tick + delay_of(planned++) : e.due);
}

timetable::time_point timetable::next_due() const {
  return calendar_.empty() ? time_point::max() : time_of(calendar_.begin()->first);
}

}  // namespace telltale
