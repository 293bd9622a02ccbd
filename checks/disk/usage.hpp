// How full a file system is: numbers in, shares out; no I/O.
#pragma once

#include <sys/statvfs.h>

#include <cstdint>
#include <string_view>

namespace telltale::disk {

/// What statvfs(3) says, as it says it.
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

/// The same in bytes. Numbers that cannot be true are left out, and said.
struct usage {
  double total_bytes = 0;
  double used_bytes = 0;
  double available_bytes = 0;
  double used_ratio = 0;  ///< used / (used + available), the `Use%` of df
  double inodes_total = 0;
  double inodes_used = 0;
  double inodes_used_ratio = 0;
  std::string_view impossible{};         ///< what is wrong with the space; there is no size then
  std::string_view impossible_inodes{};  ///< what is wrong with the inodes; none are counted then

  bool has_size() const { return total_bytes > 0; }
  bool has_inodes() const { return inodes_total > 0; }
};

usage usage_of(const raw_usage&);

/// The share for a message: one decimal at most and never rounded up, so that a value below a limit is not shown as
/// having reached it. 0.8996 is "89.9%".
double shown_percent(double ratio);

}  // namespace telltale::disk
