// Judges the modification time of a file. No I/O.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <telltale/outcome.hpp>

#include "marker/options.hpp"

namespace telltale::marker {

using wall_time = std::chrono::system_clock::time_point;

/// The file of `newer_than_file`.
struct reference_file {
  std::string path;
  int error = 0;  ///< errno; the other fields are valid only when it is 0
  bool is_directory = false;
  wall_time modified;
};

/// The times with which a file's modification time is compared.
struct moments {
  wall_time now;
  wall_time booted;   ///< `now` less CLOCK_BOOTTIME, the same as btime of /proc/stat but not rounded to seconds
  wall_time started;  ///< when telltale started
};

/// File times come from a clock that ticks every 1 to 10 ms and can lag by one tick.
inline constexpr std::chrono::milliseconds clock_tick{10};
/// A file further in the future means that clocks disagree, so its age is unknown.
inline constexpr std::chrono::seconds clock_tolerance{60};

/// A modification time without a fraction comes from a file system or tool that stores whole seconds, and is compared
/// in whole seconds.
finding judge_freshness(const std::string& path, wall_time modified, const newer_than&, const moments&);

/// Whether a file is at least as new as another one, which must have been read without an error.
finding judge_reference(const std::string& path, wall_time modified, const reference_file&);

}  // namespace telltale::marker
