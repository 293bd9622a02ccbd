// When each check is due: a pure calendar without timers, threads or I/O.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include <telltale/clock.hpp>

namespace telltale {

/// Due times are rounded up to this grid, so that checks of many intervals wake the loop together: a wake-up costs
/// more than a local probe.
inline constexpr std::chrono::milliseconds tick{50};

/// At the start, and after a standstill, at most this many checks become due in the same tick: a burst of thousands
/// would be the next standstill. Nor do more join a tick of their own accord, nor does the loop begin more in one turn:
/// a request waits for a turn.
inline constexpr std::size_t most_at_once = 64;

struct cadence {
  std::chrono::nanoseconds interval{};
  std::chrono::nanoseconds failing_interval{};
  std::chrono::nanoseconds initial_delay{};
  double jitter = 0.1;    ///< each interval is shortened by up to this share, at random
  bool hurried = true;    ///< due at once after a standstill
  bool sociable = false;  ///< takes a tick in which others run anyway, where the jitter leaves the choice
  friend bool operator==(const cadence&, const cadence&) = default;
};

/// Checks are numbers from 0. `take_due` hands a check out once, and again only after `finished`. The next run is
/// planned when one begins, as if it were going to pass: so the loop need not hear of a run to know when to wake up
/// next. Missed times are not made up for: there is no burst after a pause.
///
/// The first run is at once (after `initial_delay`); the second comes at a random point of the interval, so that
/// checks and replicas started together spread out. Sociable checks spread out together: replicas still do.
class timetable {
 public:
  using time_point = boot_clock::time_point;
  explicit timetable(std::uint64_t seed) : random_(seed) {}

  /// Adds the next check and returns its number.
  std::size_t add(cadence, time_point now);
  /// Replaces all checks: each is a new one, or goes on from one there was - `from`, under its new number. Of those the
  /// phase stays; with another pace the next run comes no later than the new interval wants it.
  struct entry_change {
    cadence pace;
    std::optional<std::size_t> from;
  };
  void change(const std::vector<entry_change>&, time_point now);
  /// The checks due at `now`, in the order of their due times; they count as running until `finished`. At most
  /// `most_at_once`: what is left over is still due.
  std::vector<std::size_t> take_due(time_point now);
  /// The run has ended; when it failed the next comes sooner, when it took too long at once.
  void finished(std::size_t check, bool failing, time_point now);
  /// The run has ended and does not count: the check is due again at `now`.
  void repeat(std::size_t check, time_point now);
  /// Makes every check that is not running due at `now`, or as soon after it as `most_at_once` allows.
  void hurry(time_point now);
  /// The earliest due time, or `time_point::max()` when nothing is planned.
  time_point next_due() const;

 private:
  struct entry {
    cadence pace;
    time_point due{};
    time_point started{};
    bool running = false;
    bool overtaken = false;  ///< still running when it was due again
    bool ran_before = false;
  };
  void plan_next(std::size_t check, std::chrono::nanoseconds interval, time_point now);
  void plan(std::size_t check, time_point when);
  void unplan(std::size_t check);
  /// The last tick of the span in which others run and there is room for one more.
  std::optional<time_point> company(time_point earliest, time_point latest) const;
  time_point somewhere(time_point earliest, time_point latest);

  std::vector<entry> entries_;
  /// Tick number -> checks due in it.
  std::map<std::int64_t, std::vector<std::size_t>> calendar_;
  std::mt19937_64 random_;
};

}  // namespace telltale
