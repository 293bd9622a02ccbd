// Computes how fast a file system fills, from samples of the last minutes. No I/O.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include <telltale/clock.hpp>
#include <telltale/memory.hpp>

#include "disk/usage.hpp"

namespace telltale::disk {

struct fill_sample {
  boot_clock::time_point at;
  double used_bytes = 0;
};

/// Ten samples half a minute apart: five minutes are enough to detect a leak, and its end.
inline constexpr std::size_t fill_samples = 10;
inline constexpr std::chrono::seconds fill_spacing{30};
/// Over a shorter span a slope is dominated by noise.
inline constexpr std::chrono::seconds fill_min_span{60};
/// Smaller changes of the total size are those of the same file system: a ZFS data set shrinks while others of its pool
/// grow.
inline constexpr double fill_min_change = 0.1;
/// Longer forecasts are not reliable.
inline constexpr std::chrono::hours fill_horizon{24 * 30};

/// Least-squares slope in bytes per second; empty below `fill_min_span`.
std::optional<double> fill_rate(const std::vector<fill_sample>&);

/// Adds a sample and returns the seconds until the space is used up. Empty when it is not filling, the history is too
/// short, or the result is beyond the horizon. A file system of a different size starts a new history.
std::optional<double> seconds_to_full(const usage&, boot_clock::time_point now, memory&);

/// Starts a new history.
void forget_fill_rate(memory&);

}  // namespace telltale::disk
