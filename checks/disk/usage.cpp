// How full a file system is, as df counts it.
#include "disk/usage.hpp"

#include <cmath>

namespace telltale::disk {
namespace {

/// What file systems answer that do not know; some do for single numbers only.
constexpr auto unknown = ~std::uint64_t{0};

double share(double part, double rest) { return part + rest > 0 ? part / (part + rest) : 0; }

/// A file system whose reserve is used up may report fewer than no available blocks.
bool below_zero(std::uint64_t blocks) { return static_cast<std::int64_t>(blocks) < 0; }

std::string_view what_is_impossible(const raw_usage& raw) {
  if (raw.blocks == unknown || raw.blocks_free == unknown || raw.blocks_available == unknown)
    return "a number is all ones, which stands for unknown";
  if (raw.blocks_free > raw.blocks) return "more space is free than there is";
  if (raw.blocks_available > raw.blocks && !below_zero(raw.blocks_available))
    return "more space is available than there is";
  if (raw.blocks > 0 && raw.fragment_bytes == 0) return "the size of a block is 0";
  if (raw.blocks > 0 && raw.fragment_bytes > unknown / raw.blocks) return "the size does not fit into 64 bits";
  return {};
}

void measure_space(const raw_usage& raw, usage& out) {
  const auto available = below_zero(raw.blocks_available) ? 0 : raw.blocks_available;
  const auto unit = static_cast<double>(raw.fragment_bytes);
  out.total_bytes = static_cast<double>(raw.blocks) * unit;
  out.used_bytes = static_cast<double>(raw.blocks - raw.blocks_free) * unit;
  out.available_bytes = static_cast<double>(available) * unit;
  // Nothing available is full, even where "used" is 0 because everything is reserved.
  out.used_ratio = out.has_size() && available == 0 ? 1 : share(out.used_bytes, out.available_bytes);
}

}  // namespace

raw_usage raw_usage_of(const struct statvfs& numbers) {
  return {numbers.f_frsize, numbers.f_blocks, numbers.f_bfree, numbers.f_bavail, numbers.f_files, numbers.f_ffree};
}

usage usage_of(const raw_usage& raw) {
  usage out;
  out.impossible = what_is_impossible(raw);
  if (out.impossible.empty()) measure_space(raw, out);
  if (raw.files == unknown || raw.files_free == unknown) return out;
  if (raw.files_free > raw.files) {
    out.impossible_inodes = "more inodes are free than there are";
    return out;
  }
  out.inodes_total = static_cast<double>(raw.files);
  out.inodes_used = static_cast<double>(raw.files - raw.files_free);
  out.inodes_used_ratio = share(out.inodes_used, static_cast<double>(raw.files_free));
  return out;
}

double shown_percent(double ratio) {
  constexpr double rounding = 1e-7;  // 0.57 * 1000 is 569.99999...
  return std::floor(ratio * 1000 + rounding) / 10;
}

}  // namespace telltale::disk
