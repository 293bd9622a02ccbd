// How full a file system is: numbers in, shares out; no I/O.
#pragma once

#include <cstdint>

namespace telltale::disk {

/// What statvfs(3) says, as it says it.
struct raw_usage {
  std::uint64_t fragment_bytes = 0;  ///< f_frsize, the unit of the block counts
  std::uint64_t blocks = 0;
  std::uint64_t blocks_free = 0;       ///< including those reserved for root
  std::uint64_t blocks_available = 0;  ///< to unprivileged users
  std::uint64_t files = 0;             ///< 0: this file system does not count inodes
  std::uint64_t files_free = 0;
};

/// The same in bytes, with nonsense of odd file systems removed.
struct usage {
  double total_bytes = 0;
  double used_bytes = 0;
  double available_bytes = 0;
  double used_ratio = 0;  ///< used / (used + available), the `Use%` of df
  double inodes_total = 0;
  double inodes_used = 0;
  double inodes_used_ratio = 0;

  bool has_size() const { return total_bytes > 0; }
  bool has_inodes() const { return inodes_total > 0; }
};

usage usage_of(const raw_usage&);

/// The share for a message: one decimal at most and never rounded up, so that a value below a limit is not shown as
/// having reached it. 0.8996 is "89.9%".
double shown_percent(double ratio);

}  // namespace telltale::disk
