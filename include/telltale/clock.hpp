// The clock for the age of results: it includes the time during which the machine is suspended.
#pragma once

#include <ctime>

#include <chrono>

namespace telltale {

/// CLOCK_BOOTTIME as a standard clock. Unlike steady_clock (CLOCK_MONOTONIC) it includes time spent suspended, so the
/// age of a result includes the time that a laptop or VM was suspended. Never set back by NTP or `date`.
/// Source: clock_gettime(2). Thread-safe.
struct boot_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<boot_clock>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept {
    timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return time_point(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
  }
};

/// Seconds as a floating-point number, the unit of every time-like measurement.
inline double to_seconds(std::chrono::nanoseconds d) { return std::chrono::duration<double>(d).count(); }

}  // namespace telltale
