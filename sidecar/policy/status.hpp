// How outcomes become a status: hysteresis and staleness as pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <telltale/clock.hpp>
#include <telltale/outcome.hpp>

#include "policy/kept_outcome.hpp"

namespace telltale {

enum class check_state : std::uint8_t { pending, pass, warn, fail };
inline constexpr std::size_t check_state_count = 4;
std::string_view to_string(check_state);

struct thresholds {
  std::uint64_t rise = 1;  ///< outcomes that are not `fail` needed to leave `fail`
  std::uint64_t fall = 1;  ///< `fail` outcomes needed to enter `fail`
  std::chrono::nanoseconds max_age{};
};

/// What the gates see of a check. A value; `next_status` makes the next one.
struct status {
  check_state state = check_state::pending;
  telltale::reason reason = reason::pending;
  bool outdated = false;                     ///< `state` is `fail` only because the newest outcome is too old
  std::shared_ptr<const std::string> words;  ///< null: those of `last`
  std::uint64_t streak = 0;                  ///< outcomes in a row that speak against `state`
  boot_clock::time_point since{};            ///< when `state` was entered
  boot_clock::time_point fresh_at{};         ///< when the newest outcome arrived; for `pending`: when waiting began
  kept_outcome last;                         ///< the newest outcome, whatever the thresholds made of it

  /// What to say of `state`: mostly what the newest outcome said, which is then kept once.
  std::string_view message() const { return words ? std::string_view(*words) : last.message; }
  friend bool operator==(const status&, const status&);
};

status initial_status(boot_clock::time_point now);

/// The status after an outcome. The first outcome decides at once, whatever the thresholds, and so does a failure after
/// an outcome that was too old. Given the old one to keep,
/// it copies next to nothing: it is called ten thousand times a second.
status next_status(status before, const outcome&, const thresholds&, boot_clock::time_point now);

/// The status as it must be shown at `now`: one that is older than `max_age` is `fail stale`.
status status_at(const status&, const thresholds&, boot_clock::time_point now);

/// When `status_at` will begin to say `stale`.
boot_clock::time_point stale_at(const status&, const thresholds&);

/// After the program stood still (SIGSTOP, a paused VM) no earlier result may be believed: `pending`, reason `stale`,
/// until the next outcome, which decides at once.
status distrust(const status&, std::chrono::nanoseconds suspended, boot_clock::time_point now);

}  // namespace telltale
