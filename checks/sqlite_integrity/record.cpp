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

bool is_intact(const outcome& examined) { return examined.verdict == verdict::pass && examined.reason == reason::ok; }

/// The outcome of an examination that was not completed.
outcome judge_unexamined(const outcome& examined, const integrity_check_options& options, const memory& kept,
                         boot_clock::time_point now) {
  if (const auto age = since(kept, damaged, now))
    return outcome::fail(reason::corrupt,
                         fmt::format("damage was found {} ago; {}", human_duration(*age), examined.message));
  findings out;
  const auto age = since(kept, intact, now).value_or(since(kept, first_run, now).value_or(nanoseconds(0)));
  out.judge("not found intact for", age, options.intact_age, {.hint = ": " + examined.message});
  if (out.worst_verdict() == verdict::pass) return examined;
  return std::move(out).result("");
}

}  // namespace

outcome record(outcome examined, const integrity_check_options& options, memory& kept, boot_clock::time_point now,
               std::chrono::system_clock::time_point wall) {
  note(kept, first_run, now);
  if (is_intact(examined)) {
    kept.forget(damaged);
    kept.set(intact, now.time_since_epoch().count());
  } else if (examined.verdict == verdict::fail && examined.reason == reason::corrupt) {
    note(kept, damaged, now);
  } else if (examined.verdict != verdict::fail) {
    examined = judge_unexamined(examined, options, kept, now);
  }
  if (const auto age = since(kept, intact, now)) {
    const auto at = wall - std::chrono::duration_cast<std::chrono::system_clock::duration>(*age);
    examined.measurements.push_back({"intact_timestamp_seconds", to_seconds(at.time_since_epoch())});
  }
  return examined;
}

}  // namespace telltale::sqlite
