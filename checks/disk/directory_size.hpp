// Measures the bytes that a directory tree occupies, as du does, within limits on time, entries and depth.
#pragma once

#include <cstdint>
#include <string>

#include <telltale/clock.hpp>

namespace telltale::disk {

struct directory_size {
  int error = 0;  ///< errno of opening the directory or of listing one below it; 0 when the other fields are valid
  double bytes = 0;
  std::uint64_t entries = 0;
  std::uint64_t unreadable = 0;  ///< entries whose stat or open failed
  int unreadable_error = 0;      ///< errno of the first of them
  bool cut_short = false;        ///< a limit on time, entries or depth was reached

  bool complete() const { return !cut_short && unreadable == 0; }
};

struct walk_limits {
  std::uint64_t entries = 200'000;
  int depth = 64;  ///< one descriptor is open on each level
  boot_clock::time_point until = boot_clock::time_point::max();
};

/// Occupied blocks of everything below `path`, as the kubelet counts an emptyDir: hard links once, no other mount,
/// symbolic links not followed. Files that are deleted meanwhile are not counted. Reads no file and, where permitted,
/// does not update access times.
directory_size measure_directory(const std::string& path, const walk_limits&);

}  // namespace telltale::disk
