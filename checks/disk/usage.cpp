// How full a file system is, as df counts it.
#include "disk/usage.hpp"

#include <algorithm>
#include <cmath>

namespace telltale::disk {
namespace {

double share(double part, double rest) { return part + rest > 0 ? part / (part + rest) : 0; }

}  // namespace

raw_usage raw_usage_of(const struct statvfs& numbers) {
  return {numbers.f_frsize, numbers.f_blocks, numbers.f_bfree, numbers.f_bavail, numbers.f_files, numbers.f_ffree};
}

usage usage_of(const raw_usage& raw) {
  // A file system whose reserve is used up may report a negative number of available blocks as a huge one, and some
  // FUSE file systems report more free than there is.
  const auto free = std::min(raw.blocks_free, raw.blocks);
  const bool negative = static_cast<std::int64_t>(raw.blocks_available) < 0;
  const auto available = negative ? 0 : std::min(raw.blocks_available, raw.blocks);
  const auto unit = static_cast<double>(raw.fragment_bytes);

  usage out;
  out.total_bytes = static_cast<double>(raw.blocks) * unit;
  out.used_bytes = static_cast<double>(raw.blocks - free) * unit;
  out.available_bytes = static_cast<double>(available) * unit;
  // Nothing available is full, even where "used" is 0 because everything is reserved.
  out.used_ratio = out.has_size() && available == 0 ? 1 : share(out.used_bytes, out.available_bytes);

  const auto files_free = std::min(raw.files_free, raw.files);
  out.inodes_total = static_cast<double>(raw.files);
  out.inodes_used = static_cast<double>(raw.files - files_free);
  out.inodes_used_ratio = share(out.inodes_used, static_cast<double>(files_free));
  return out;
}

double shown_percent(double ratio) {
  constexpr double rounding = 1e-7;  // 0.57 * 1000 is 569.99999...
  return std::floor(ratio * 1000 + rounding) / 10;
}

}  // namespace telltale::disk
