// Converts outcomes to a status with hysteresis and staleness, as pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <telltale/clock.hpp>
#include <telltale/outcome.hpp>

namespace telltale {

enum class check_state : std::uint8_t { pending, pass, warn, fail };
inline constexpr std::size_t check_state_count = 4;
std::string_view to_string(check_state);

struct thresholds {
  std::uint64_t rise = 1;  ///< outcomes other than `fail` needed to leave `fail`
  std::uint64_t fall = 1;  ///< `fail` outcomes needed to enter `fail`
  std::chrono::nanoseconds max_age{};
};

/// The state of a check that gates use. A value; `next_status` computes the next one.
struct status {
  check_state state = check_state::pending;
  telltale::reason reason = reason::pending;
  bool outdated = false;              ///< `state` is `fail` only because the latest outcome is too old
  std::string message;                ///< for `state`: one sentence
  std::uint64_t streak = 0;           ///< consecutive outcomes that contradict `state`
  boot_clock::time_point since{};     ///< when the check entered `state`
  boot_clock::time_point fresh_at{};  ///< when the latest outcome arrived; for `pending`: when waiting began
  outcome last;                       ///< the latest outcome, regardless of thresholds

  friend bool operator==(const status&, const status&) = default;
};

status initial_status(boot_clock::time_point now);

/// Returns the status after an outcome. The first outcome decides at once, regardless of thresholds, and so does a
/// failure after a stale outcome.
status next_status(const status& before, outcome, const thresholds&, boot_clock::time_point now);

/// Returns the status as of `now`: one older than `max_age` is `fail stale`.
status status_at(const status&, const thresholds&, boot_clock::time_point now);

/// When `status_at` starts to return `stale`.
boot_clock::time_point stale_at(const status&, const thresholds&);

/// Invalidates a status after the program was suspended (SIGSTOP, a paused VM): `pending` with reason `stale` until the
/// next outcome, which decides at once.
status reset_after_stall(const status&, std::chrono::nanoseconds suspended, boot_clock::time_point now);

}  // namespace telltale
