// Computes the usage of a file system as df does.
#include "disk/usage.hpp"

#include <cmath>

namespace telltale::disk {
namespace {

/// The placeholder of file systems for unknown numbers.
constexpr auto unknown = ~std::uint64_t{0};

double share(double part, double rest) { return part + rest > 0 ? part / (part + rest) : 0; }

/// A file system that uses its reserve may report a negative number of available blocks.
bool below_zero(std::uint64_t blocks) { return static_cast<std::int64_t>(blocks) < 0; }

std::string_view impossible_numbers(const raw_usage& raw) {
  if (raw.blocks == unknown || raw.blocks_free == unknown || raw.blocks_available == unknown)
    return "a number has all bits set, which means unknown";
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
  // Without available space it is full, even when "used" is 0 because all space is reserved.
  out.used_ratio = out.has_size() && available == 0 ? 1 : share(out.used_bytes, out.available_bytes);
}

}  // namespace

raw_usage raw_usage_of(const struct statvfs& numbers) {
  return {numbers.f_frsize, numbers.f_blocks, numbers.f_bfree, numbers.f_bavail, numbers.f_files, numbers.f_ffree};
}

usage usage_of(const raw_usage& raw) {
  usage out;
  out.impossible = impossible_numbers(raw);
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

double displayed_percent(double ratio) {
  constexpr double rounding = 1e-7;  // 0.57 * 1000 is 569.99999...
  return std::floor(ratio * 1000 + rounding) / 10;
}

}  // namespace telltale::disk
