// Implements hysteresis and staleness.
#include "policy/status.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include <telltale/units.hpp>

namespace telltale {
namespace {

check_state state_of(verdict v) {
  switch (v) {
    case verdict::pass:
      return check_state::pass;
    case verdict::warn:
      return check_state::warn;
    case verdict::fail:
      return check_state::fail;
  }
  return check_state::fail;
}

}  // namespace

std::string_view to_string(check_state s) {
  static constexpr std::array<std::string_view, check_state_count> names{"pending", "pass", "warn", "fail"};
  return names[static_cast<std::size_t>(s)];
}

status initial_status(boot_clock::time_point now) {
  status out;
  out.message = "not run yet";
  out.since = now;
  out.fresh_at = now;
  return out;
}

boot_clock::time_point stale_at(const status& s, const thresholds& limits) { return s.fresh_at + limits.max_age; }

status next_status(const status& before, outcome found, const thresholds& limits, boot_clock::time_point now) {
  const bool failing = before.state == check_state::fail;
  const bool fails = found.verdict == verdict::fail;
  // A stale status was shown as failed. A failure confirms it and must not make it pass for `fall` more runs.
  const bool confirms = fails && now >= stale_at(before, limits);
  const bool agrees = before.state == check_state::pending || failing == fails || confirms;
  status out;
  out.fresh_at = now;
  if (agrees || before.streak + 1 >= (fails ? limits.fall : limits.rise)) {
    out.state = state_of(found.verdict);
    out.reason = found.reason;
    out.message = found.message;
    out.since = out.state == before.state ? before.since : now;
  } else {
    // Below the threshold the status keeps its message; `last` holds the latest outcome.
    out.state = before.state;
    out.reason = before.reason;
    out.message = before.message;
    out.since = before.since;
    out.streak = before.streak + 1;
  }
  out.last = std::move(found);
  return out;
}

status status_at(const status& s, const thresholds& limits, boot_clock::time_point now) {
  if (now < stale_at(s, limits)) return s;
  status out = s;
  out.state = check_state::fail;
  out.reason = reason::stale;
  out.outdated = true;
  const auto age = human_age(now - s.fresh_at);
  out.message = s.state == check_state::pending ? fmt::format("no result for {}", age)
                                                : fmt::format("the last result is {} old; it was: {}", age, s.message);
  if (s.state != check_state::fail) out.since = stale_at(s, limits);
  return out;
}

status reset_after_stall(const status& s, std::chrono::nanoseconds suspended, boot_clock::time_point now) {
  status out = s;
  if (s.state == check_state::pending) {
    out.fresh_at = std::max(s.fresh_at, now);  // later before the end of an initial delay
    return out;
  }
  out.state = check_state::pending;
  out.reason = reason::stale;
  out.outdated = false;
  out.message = fmt::format("the program was suspended for {}; checking again", human_duration(suspended));
  out.streak = 0;
  out.since = now;
  out.fresh_at = now;
  return out;
}

}  // namespace telltale
