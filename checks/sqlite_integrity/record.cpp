// Keeps the times of the last intact result and of the first damage since then.
#include "sqlite_integrity/record.hpp"

#include <string_view>

#include <fmt/format.h>

#include <telltale/units.hpp>

namespace telltale::sqlite {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view first_run = "first_run_ns";
constexpr std::string_view intact = "intact_ns";
constexpr std::string_view damaged = "damaged_ns";

/// The time since the event; empty when there was none.
std::optional<nanoseconds> since(const memory& kept, std::string_view event, boot_clock::time_point now) {
  const auto at = kept.get(event);
  return at ? std::optional(now.time_since_epoch() - nanoseconds(*at)) : std::nullopt;
}

void note(memory& kept, std::string_view event, boot_clock::time_point now) {
  if (!kept.get(event)) kept.set(event, now.time_since_epoch().count());
}

bool is_intact(const outcome& found) { return found.verdict == verdict::pass && found.reason == reason::ok; }

/// The outcome of a check that was not completed.
outcome judge_incomplete(const outcome& found, const integrity_check_options& options, const memory& kept,
                         boot_clock::time_point now) {
  if (const auto age = since(kept, damaged, now))
    return outcome::fail(reason::corrupt,
                         fmt::format("damage was found {} ago; {}", human_duration(*age), found.message));
  findings out;
  const auto age = since(kept, intact, now).value_or(since(kept, first_run, now).value_or(nanoseconds(0)));
  out.judge("not found intact for", age, options.intact_age, {.hint = ": " + found.message});
  if (out.worst_verdict() == verdict::pass) return found;
  return std::move(out).result("");
}

}  // namespace

outcome record(outcome found, const integrity_check_options& options, memory& kept, boot_clock::time_point now,
               std::chrono::system_clock::time_point wall) {
  note(kept, first_run, now);
  if (is_intact(found)) {
    kept.forget(damaged);
    kept.set(intact, now.time_since_epoch().count());
  } else if (found.verdict == verdict::fail && found.reason == reason::corrupt) {
    note(kept, damaged, now);
  } else if (found.verdict != verdict::fail) {
    found = judge_incomplete(found, options, kept, now);
  }
  if (const auto age = since(kept, intact, now)) {
    const auto at = wall - std::chrono::duration_cast<std::chrono::system_clock::duration>(*age);
    found.measurements.push_back({"intact_timestamp_seconds", to_seconds(at.time_since_epoch())});
  }
  return found;
}

}  // namespace telltale::sqlite
