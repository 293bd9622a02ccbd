// The rules of the disk check: shares, free bytes, inodes, quotas and writability.
#include "disk/judge.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace telltale::disk {
namespace {

constexpr double recovery_points = 0.02;
constexpr double recovery_factor = 1.1;
constexpr double rounding = 1e-9;  // 0.9 is not exactly 90 / 100.0 after a division of block counts

verdict remembered(const memory& kept, std::string_view rule) {
  const auto level = kept.get(rule).value_or(0);
  return level == 2 ? verdict::fail : level == 1 ? verdict::warn : verdict::pass;
}

void remember(memory& kept, std::string_view rule, verdict v) { kept.set(rule, static_cast<std::int64_t>(v)); }

/// "(limit 90%)", or with the point of recovery when only the memory of a higher value keeps the level.
std::string limit_text(double ratio, const upper_limit<percent>& limit, verdict level) {
  const auto bound = crossed(limit, level);
  if (ratio >= bound.ratio() - rounding) return fmt::format("(limit {})", to_text(bound));
  return fmt::format("(limit {}, recovers below {})", to_text(bound),
                     to_text(percent{std::max(0.0, bound.value - recovery_points * 100)}));
}

void judge_space(const usage& now, const disk_options& options, memory& kept, findings& found) {
  if (now.available_bytes <= 0) {
    remember(kept, "space", verdict::fail);
    return found.fail(reason::full, fmt::format("{} is full: no space available", options.path.text));
  }
  const auto before = remembered(kept, "space");
  const auto level = judge_share(now.used_ratio, options.space(), before);
  if (level != before) remember(kept, "space", level);
  if (level != verdict::pass)
    found.add(level, reason::threshold,
              fmt::format("{} {}% used {}", options.path.text, shown_percent(now.used_ratio),
                          limit_text(now.used_ratio, options.space(), level)));
}

void judge_free_bytes(const usage& now, const disk_options& options, memory& kept, findings& found) {
  const auto before = remembered(kept, "free");
  const auto level = judge_free(now.available_bytes, options.free, before);
  if (level != before) remember(kept, "free", level);
  if (level != verdict::pass)
    found.add(level, reason::threshold,
              fmt::format("{} has {} available (at least {} wanted)", options.path.text,
                          human_bytes(now.available_bytes), to_text(crossed(options.free, level))));
}

void judge_inodes(const usage& now, const disk_options& options, memory& kept, findings& found) {
  if (now.inodes_used >= now.inodes_total) {
    remember(kept, "inodes", verdict::fail);
    return found.fail(reason::full,
                      fmt::format("{} has no inodes left: all {:.0f} are in use", options.path.text, now.inodes_total));
  }
  const auto before = remembered(kept, "inodes");
  const auto level = judge_share(now.inodes_used_ratio, options.inodes, before);
  if (level != before) remember(kept, "inodes", level);
  if (level != verdict::pass)
    found.add(level, reason::threshold,
              fmt::format("{} {}% of inodes used {}", options.path.text, shown_percent(now.inodes_used_ratio),
                          limit_text(now.inodes_used_ratio, options.inodes, level)));
}

}  // namespace

verdict judge_share(double ratio, const upper_limit<percent>& limit, verdict before) {
  auto reached = [&](const std::optional<percent>& bound, verdict level) {
    return bound && ratio >= bound->ratio() - (before >= level ? recovery_points : 0) - rounding;
  };
  if (reached(limit.fail, verdict::fail)) return verdict::fail;
  return reached(limit.warn, verdict::warn) ? verdict::warn : verdict::pass;
}

verdict judge_free(double available, const lower_limit<bytes>& limit, verdict before) {
  auto reached = [&](const std::optional<bytes>& bound, verdict level) {
    return bound && available < static_cast<double>(bound->count) * (before >= level ? recovery_factor : 1);
  };
  if (reached(limit.fail, verdict::fail)) return verdict::fail;
  return reached(limit.warn, verdict::warn) ? verdict::warn : verdict::pass;
}

void judge_usage(const usage& now, const disk_options& options, memory& kept, findings& found) {
  if (now.has_size()) {
    judge_space(now, options, kept, found);
    judge_free_bytes(now, options, kept, found);
  } else if (!options.size_limit) {
    found.warn(reason::mismatch, options.path.text + " is on a file system that reports no size, nothing is measured");
  }
  if (now.has_inodes()) judge_inodes(now, options, kept, found);
}

void judge_directory(const directory_size& size, const disk_options& options, memory& kept, findings& found) {
  const auto limit = static_cast<double>(options.size_limit->count);
  const double ratio = size.bytes / limit;
  const auto before = remembered(kept, "directory");
  const auto level = judge_share(ratio, options.space(), before);
  if (level != before) remember(kept, "directory", level);
  found.measure("directory_bytes", size.bytes);
  found.measure("directory_used_ratio", ratio);
  const auto held = fmt::format("{} holds {}{}, {}% of its {}", options.path.text, size.complete() ? "" : "at least ",
                                human_bytes(size.bytes), shown_percent(ratio), to_text(*options.size_limit));
  if (level != verdict::pass)
    found.add(level, reason::threshold, fmt::format("{} {}", held, limit_text(ratio, options.space(), level)));
  // Too little was seen to call the directory small, and that it is small is all this rule promises.
  else if (size.cut_short)
    found.warn(reason::timeout, fmt::format("{}: too many files to count in time ({} counted)", held, size.entries));
  else if (size.unreadable > 0)
    found.warn(reason::denied, fmt::format("{}: {} entries could not be read", held, size.unreadable));
}

void judge_writability(write_state state, const disk_options& options, memory& kept, findings& found) {
  const auto& path = options.path.text;
  if (state == write_state::writable) return kept.set("was_writable", 1);
  if (options.expect_writable) found.fail(reason::readonly, path + " is read-only and should be writable");
  else if (state == write_state::readonly_inside)
    found.warn(reason::readonly, path +
                                     " is mounted read-write but cannot be written: a file system error, or a "
                                     "read-only volume");
  else if (kept.get("was_writable")) found.warn(reason::readonly, path + " was writable and is now read-only");
}

std::string healthy_sentence(const usage& now, write_state state, const disk_options& options) {
  const auto access = state == write_state::writable ? "" : ", read-only";
  if (!now.has_size()) return fmt::format("{} is there{}", options.path.text, access);
  return fmt::format("{} {}% used, {} available{}", options.path.text, shown_percent(now.used_ratio),
                     human_bytes(now.available_bytes), access);
}

void measure_usage(const usage& now, findings& found) {
  if (now.has_size()) {
    found.measure("total_bytes", now.total_bytes);
    found.measure("used_bytes", now.used_bytes);
    found.measure("available_bytes", now.available_bytes);
    found.measure("used_ratio", now.used_ratio);
  }
  if (now.has_inodes()) {
    found.measure("inodes", now.inodes_total);
    found.measure("inodes_used", now.inodes_used);
    found.measure("inodes_used_ratio", now.inodes_used_ratio);
  }
}

}  // namespace telltale::disk
