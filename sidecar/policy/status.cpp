// Implements hysteresis and staleness.
#include "policy/status.hpp"

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

void apply_last(status& s, boot_clock::time_point now) {
  const auto state = state_of(s.last.verdict);
  if (s.state != state) s.since = now;
  s.state = state;
  s.reason = s.last.reason;
  s.own_message = nullptr;
  s.streak = 0;
}

}  // namespace

std::string_view to_string(check_state s) {
  static constexpr std::array<std::string_view, check_state_count> names{"pending", "pass", "warn", "fail"};
  return names[static_cast<std::size_t>(s)];
}

bool operator==(const status& a, const status& b) {
  return a.state == b.state && a.reason == b.reason && a.message() == b.message() && a.streak == b.streak &&
         a.since == b.since && a.fresh_at == b.fresh_at && a.last == b.last;
}

status initial_status(boot_clock::time_point now) {
  static const auto not_run = std::make_shared<const std::string>("not run yet");
  status out;
  out.own_message = not_run;
  out.since = now;
  out.fresh_at = now;
  return out;
}

boot_clock::time_point stale_at(const status& s, const thresholds& limits) { return s.fresh_at + limits.max_age; }

status next_status(status s, const outcome& found, const thresholds& limits, boot_clock::time_point now) {
  const bool failing = s.state == check_state::fail;
  const bool fails = found.verdict == verdict::fail;
  // A stale status was shown as failed. A failure confirms it and must not make it pass for `fall` more runs.
  const bool confirms = fails && now >= stale_at(s, limits);
  const bool agrees = s.state == check_state::pending || failing == fails || confirms;
  const bool turns = agrees || ++s.streak >= (fails ? limits.fall : limits.rise);
  // Below the threshold the status keeps its message; `last` holds the latest outcome.
  if (!turns && !s.own_message) s.own_message = std::make_shared<const std::string>(std::move(s.last.message));
  s.last.assign(found);
  s.outdated = false;
  s.fresh_at = now;
  if (turns) apply_last(s, now);
  return s;
}

status status_at(const status& s, const thresholds& limits, boot_clock::time_point now) {
  if (now < stale_at(s, limits)) return s;
  status out = s;
  out.state = check_state::fail;
  out.reason = reason::stale;
  out.outdated = true;
  const auto age = human_age(now - s.fresh_at);
  out.own_message = std::make_shared<const std::string>(
      s.state == check_state::pending ? fmt::format("no result for {}", age)
                                      : fmt::format("the last result is {} old; it was: {}", age, s.message()));
  if (s.state != check_state::fail) out.since = stale_at(s, limits);
  return out;
}

status reset_after_stall(const status& s, std::chrono::nanoseconds suspended, boot_clock::time_point now) {
  if (s.state == check_state::pending) return s;
  status out = s;
  out.state = check_state::pending;
  out.reason = reason::stale;
  out.outdated = false;
  out.own_message = std::make_shared<const std::string>(
      fmt::format("the program was suspended for {}; checking again", human_duration(suspended)));
  out.streak = 0;
  out.since = now;
  out.fresh_at = now;
  return out;
}

}  // namespace telltale
