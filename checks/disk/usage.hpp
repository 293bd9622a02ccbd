// Computes the usage of a file system from statvfs numbers. No I/O.
#pragma once

#include <sys/statvfs.h>

#include <cstdint>
#include <string_view>

namespace telltale::disk {

/// The unmodified numbers of statvfs(3).
struct raw_usage {
  std::uint64_t fragment_bytes = 0;  ///< f_frsize, the unit of the block counts
  std::uint64_t blocks = 0;
  std::uint64_t blocks_free = 0;       ///< including those reserved for root
  std::uint64_t blocks_available = 0;  ///< to unprivileged users
  std::uint64_t files = 0;             ///< 0: this file system does not count inodes
  std::uint64_t files_free = 0;
  friend bool operator==(const raw_usage&, const raw_usage&) = default;
};

raw_usage raw_usage_of(const struct statvfs&);

/// The same in bytes. Impossible numbers are omitted and reported.
struct usage {
  double total_bytes = 0;
  double used_bytes = 0;
  double available_bytes = 0;
  double used_ratio = 0;  ///< used / (used + available), the `Use%` of df
  double inodes_total = 0;
  double inodes_used = 0;
  double inodes_used_ratio = 0;
  std::string_view impossible{};         ///< why the space numbers are invalid; sizes are then 0
  std::string_view impossible_inodes{};  ///< why the inode numbers are invalid; counts are then 0

  bool has_size() const { return total_bytes > 0; }
  bool has_inodes() const { return inodes_total > 0; }
};

usage usage_of(const raw_usage&);

/// The percentage for messages: one decimal, rounded down, so that a value below a limit is not displayed as reaching
/// it. 0.8996 is "89.9%".
double displayed_percent(double ratio);

}  // namespace telltale::disk
