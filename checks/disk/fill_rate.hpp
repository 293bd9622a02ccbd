// How fast a file system fills, from samples remembered over the last minutes. No I/O.
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

/// Ten samples half a minute apart: five minutes are enough to see a leak and short enough to see its end.
inline constexpr std::size_t fill_samples = 10;
inline constexpr std::chrono::seconds fill_spacing{30};
/// Below this span a slope says more about the moment than about the trend.
inline constexpr std::chrono::seconds fill_least_span{60};
/// A total that moves by less from one run to the next is that of the same file system: a ZFS data set's shrinks while
/// others of its pool grow.
inline constexpr double fill_least_change = 0.1;
/// Longer forecasts are noise.
inline constexpr std::chrono::hours fill_horizon{24 * 30};

/// Least-squares slope in bytes per second; nothing below `fill_least_span`.
std::optional<double> fill_rate(const std::vector<fill_sample>&);

/// Adds `now` to the remembered samples and says when the space will be used up: nothing when it is not filling, the
/// past is too short, or the end is beyond the horizon. A file system of quite another size starts a new history.
std::optional<double> seconds_to_full(const usage&, boot_clock::time_point now, memory&);

/// Starts a new history.
void forget_fill_rate(memory&);

}  // namespace telltale::disk
