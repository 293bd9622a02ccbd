// Implements the due times by linear searches: a thousand entries take a microsecond.
#include "scheduler/timetable.hpp"

#include <algorithm>
#include <utility>

namespace telltale {
namespace {

constexpr auto unplanned = timetable::time_point::max();

timetable::time_point tick_at_or_after(timetable::time_point when) {
  const auto past = when.time_since_epoch() % tick;
  return past.count() == 0 ? when : when - past + tick;
}

/// A tick that is not after `now`.
timetable::time_point tick_before(timetable::time_point now) { return tick_at_or_after(now - tick); }

/// Spreads checks that would all be due at the same time.
std::chrono::nanoseconds delay_of(std::size_t position) {
  return tick * static_cast<std::int64_t>(position / max_per_tick);
}

}  // namespace

void timetable::change(const std::vector<entry_change>& wanted, time_point now) {
  const auto before = std::exchange(entries_, {});
  entries_.reserve(wanted.size());
  std::size_t added = 0;
  for (const auto& [pace, from] : wanted) {
    auto e = from ? before[*from] : entry{};
    const bool same_pace = e.pace == pace;
    e.pace = pace;
    if (!from) e.due = tick_at_or_after(now + pace.initial_delay + delay_of(added++));
    else if (e.running) e.due = unplanned;
    else if (!same_pace && e.ran_before)
      e.due = tick_at_or_after(std::min(e.due, std::max(now, e.started + pace.interval)));
    entries_.push_back(e);
  }
}

std::vector<std::size_t> timetable::take_due(time_point now) {
  std::vector<std::size_t> out;
  for (std::size_t check = 0; check < entries_.size(); ++check) {
    auto& e = entries_[check];
    if (e.due > now) continue;
    if (e.running) e.due = unplanned;
    else out.push_back(check);
  }
  std::ranges::stable_sort(out, {}, [this](std::size_t check) { return entries_[check].due; });
  if (out.size() > max_at_once) out.resize(max_at_once);
  for (const auto check : out) {
    auto& e = entries_[check];
    e.running = true;
    e.started = now;
    plan_next(e, e.pace.interval, now);
  }
  return out;
}

std::optional<timetable::time_point> timetable::coalesced_tick(time_point earliest, time_point latest) const {
  for (auto limit = tick_at_or_after(latest); limit >= earliest;) {
    time_point last{};
    std::size_t due_then = 0;
    for (const auto& e : entries_) {
      if (e.due > limit || e.due < last) continue;
      due_then = e.due == last ? due_then + 1 : 1;
      last = e.due;
    }
    if (last < earliest) break;
    if (due_then < max_per_tick) return last;
    limit = last - tick;
  }
  return std::nullopt;
}

timetable::time_point timetable::random_time(time_point earliest, time_point latest) {
  std::uniform_int_distribution<std::int64_t> part(0, (latest - earliest).count());
  return earliest + std::chrono::nanoseconds(part(random_));
}

timetable::time_point timetable::finished(std::size_t check, bool failing, time_point now,
                                          std::chrono::nanoseconds rest) {
  auto& e = entries_[check];
  const auto interval = failing ? e.pace.failing_interval : e.pace.interval;
  if (e.due == unplanned || interval != e.pace.interval) plan_next(e, interval, now);
  // Slow checks wait for each other, so the run may have begun long after it became due.
  if (failing && rest.count() > 0) e.due = std::max(e.due, tick_at_or_after(now + std::min(rest, e.pace.interval)));
  e.running = false;
  e.ran_before = true;
  return e.due;
}

void timetable::plan_next(entry& e, std::chrono::nanoseconds interval, time_point now) {
  e.due = unplanned;  // it must not coalesce with itself
  // The second run takes a random phase in half of the interval, which spreads checks and never follows the first run
  // directly.
  const auto choice = static_cast<double>(interval.count()) * (e.ran_before ? e.pace.jitter : 0.5);
  const auto soonest = now + std::chrono::nanoseconds(1);
  const auto latest = std::max(e.started + interval, soonest);
  const auto earliest = std::max(latest - std::chrono::nanoseconds(static_cast<std::int64_t>(choice)), soonest);
  const auto others = e.pace.coalesces ? coalesced_tick(earliest, latest) : std::nullopt;
  e.due = tick_at_or_after(others ? *others : random_time(earliest, latest));
}

void timetable::repeat(std::size_t check, time_point now) {
  entries_[check].running = false;
  entries_[check].due = tick_before(now);
}

void timetable::make_due_now(time_point now) {
  std::size_t planned = 0;
  for (auto& e : entries_) {
    if (!e.pace.due_after_stall) continue;
    e.due = e.running ? unplanned : tick_before(now) + delay_of(planned++);
  }
}

timetable::time_point timetable::next_due() const {
  auto out = unplanned;
  for (const auto& e : entries_) out = std::min(out, e.due);
  return out;
}

}  // namespace telltale
