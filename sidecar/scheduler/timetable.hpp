// Computes when each check is due, without timers, threads or I/O.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <telltale/clock.hpp>

namespace telltale {

/// Due times are rounded up to this grid, so that checks of different intervals share wake-ups. A wake-up costs more
/// than a local probe.
inline constexpr std::chrono::milliseconds tick{50};

/// Upper limit of checks that become due in one tick at the start and after a stall, and that coalesce into one.
inline constexpr std::size_t max_per_tick = 64;

/// Upper limit of checks that `take_due` returns. Starting a network check takes up to 40 us, a local one about 2 us.
inline constexpr std::size_t max_at_once = 8;

struct cadence {
  std::chrono::nanoseconds interval{};
  std::chrono::nanoseconds failing_interval{};
  std::chrono::nanoseconds initial_delay{};
  double jitter = 0.1;          ///< each interval is shortened by a random share up to this one
  bool coalesces = false;       ///< prefers a tick in which other checks are due, within the jitter
  bool due_after_stall = true;  ///< due at once after a stall
  friend bool operator==(const cadence&, const cadence&) = default;
};

/// Checks are numbered from 0. `take_due` returns a check once, and again only after `finished`. The next run is
/// planned when a run begins, assuming that it passes. Missed runs are skipped: there is no burst after a pause.
///
/// The first run is due after `initial_delay`, the second at a random point of the interval. This spreads checks and
/// replicas that start together. Checks that coalesce spread out as a group; replicas still spread.
class timetable {
 public:
  using time_point = boot_clock::time_point;
  explicit timetable(std::uint64_t seed) : random_(seed) {}

  /// Replaces all checks. Each entry is new or continues the old check `from` under its new number. Continued checks
  /// keep their phase; with another pace the next run comes no later than the new interval requires.
  struct entry_change {
    cadence pace;
    std::optional<std::size_t> from;
  };
  void change(const std::vector<entry_change>&, time_point now);
  /// Returns the checks due at `now` in the order of their due times, at most `max_at_once`; the rest stays due.
  /// The returned checks count as running until `finished`.
  std::vector<std::size_t> take_due(time_point now);
  /// Ends a run. After a failure the next run comes `failing_interval` after the start of this one, but at least `rest`
  /// (at most the interval) after its end. A run that took longer than its interval is followed at once.
  /// Returns when the check is due again.
  time_point finished(std::size_t check, bool failing, time_point now, std::chrono::nanoseconds rest = {});
  /// Ends a run whose result was dropped: the check is due again at `now`.
  void repeat(std::size_t check, time_point now);
  /// Makes every check that is not running due at `now`, or as soon after it as `max_per_tick` allows.
  void make_due_now(time_point now);
  /// Returns the earliest due time, or `time_point::max()` when nothing is planned.
  time_point next_due() const;

 private:
  struct entry {
    cadence pace;
    time_point due{};  ///< on the grid; `time_point::max()`: planned when the current run has finished
    time_point started{};
    bool running = false;
    bool ran_before = false;
  };
  void plan_next(entry&, std::chrono::nanoseconds interval, time_point now);
  /// The last tick in the span in which other checks are due, with room for one more.
  std::optional<time_point> coalesced_tick(time_point earliest, time_point latest) const;
  time_point random_time(time_point earliest, time_point latest);

  std::vector<entry> entries_;
  std::mt19937_64 random_;
};

}  // namespace telltale
