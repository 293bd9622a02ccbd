// The rules of the disk check: shares, free bytes, inodes, quotas and writability.
#include "disk/judge.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "support/file_errors.hpp"

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

void judge_space(const usage& now, const rule_context& at) {
  if (now.available_bytes <= 0) {
    remember(at.kept, "space", verdict::fail);
    return at.found.fail(reason::full, at.subject + " is full: no space available");
  }
  const auto limit = at.options.space();
  const auto before = remembered(at.kept, "space");
  const auto level = judge_share(now.used_ratio, limit, before);
  if (level != before) remember(at.kept, "space", level);
  if (level != verdict::pass)
    at.found.add(level, reason::threshold,
                 fmt::format("{} {}% used {}", at.subject, shown_percent(now.used_ratio),
                             limit_text(now.used_ratio, limit, level)));
}

void judge_free_bytes(const usage& now, const rule_context& at) {
  const auto before = remembered(at.kept, "free");
  const auto level = judge_free(now.available_bytes, at.options.free, before);
  if (level != before) remember(at.kept, "free", level);
  if (level != verdict::pass)
    at.found.add(level, reason::threshold,
                 fmt::format("{} has {} available (at least {} wanted)", at.subject, human_bytes(now.available_bytes),
                             to_text(crossed(at.options.free, level))));
}

void judge_inodes(const usage& now, const rule_context& at) {
  if (now.inodes_used >= now.inodes_total) {
    remember(at.kept, "inodes", verdict::fail);
    return at.found.fail(reason::full,
                         fmt::format("{} has no inodes left: all {:.0f} are in use", at.subject, now.inodes_total));
  }
  const auto& limit = at.options.inodes;
  const auto before = remembered(at.kept, "inodes");
  const auto level = judge_share(now.inodes_used_ratio, limit, before);
  if (level != before) remember(at.kept, "inodes", level);
  if (level != verdict::pass)
    at.found.add(level, reason::threshold,
                 fmt::format("{} {}% of inodes used {}", at.subject, shown_percent(now.inodes_used_ratio),
                             limit_text(now.inodes_used_ratio, limit, level)));
}

std::string impossible_sentence(std::string_view what, std::string_view so, const rule_context& at) {
  return fmt::format("{} is on a file system that reports impossible numbers: {}; {}", at.subject, what, so);
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

void judge_usage(const usage& now, const rule_context& at) {
  if (now.has_size()) {
    judge_space(now, at);
    judge_free_bytes(now, at);
  } else if (!now.impossible.empty()) {
    at.found.warn(reason::mismatch, impossible_sentence(now.impossible, "its space is not measured", at));
  } else if (!at.options.size_limit) {
    at.found.warn(reason::mismatch, at.subject + " is on a file system that reports no size, nothing is measured");
  }
  if (now.has_inodes()) judge_inodes(now, at);
  if (!now.impossible_inodes.empty())
    at.found.warn(reason::mismatch, impossible_sentence(now.impossible_inodes, "its inodes are not counted", at));
}

std::string judge_directory(const directory_size& size, const rule_context& at) {
  const auto limit = static_cast<double>(at.options.size_limit->count);
  const double ratio = size.bytes / limit;
  const auto before = remembered(at.kept, "directory");
  const auto level = judge_share(ratio, at.options.space(), before);
  if (level != before) remember(at.kept, "directory", level);
  at.found.measure("directory_bytes", size.bytes);
  at.found.measure("directory_used_ratio", ratio);
  const auto held = fmt::format("holds {}{}, {}% of its {}", size.complete() ? "" : "at least ",
                                human_bytes(size.bytes), shown_percent(ratio), to_text(*at.options.size_limit));
  const auto sentence = at.options.path.text + " " + held;
  if (level != verdict::pass)
    at.found.add(level, reason::threshold,
                 fmt::format("{} {}", sentence, limit_text(ratio, at.options.space(), level)));
  // Too little was seen to call the directory small, and that it is small is all this rule promises.
  else if (size.cut_short)
    at.found.warn(reason::timeout,
                  fmt::format("{}: too many files to count in time ({} counted)", sentence, size.entries));
  else if (size.unreadable > 0)
    at.found.warn(support::reason_of_errno(size.unreadable_error),
                  fmt::format("{}: {} entries could not be read ({})", sentence, size.unreadable,
                              std::strerror(size.unreadable_error)));
  return held;
}

void judge_recorded_errors(const sight& seen, const rule_context& at) {
  if (seen.recorded_errors == 0) return;
  at.found.warn(
      reason::corrupt,
      fmt::format("{} has recorded {} error{} of its own since it was last checked; e2fsck repairs it while it "
                  "is not mounted",
                  at.subject, seen.recorded_errors, seen.recorded_errors == 1 ? "" : "s"));
}

std::string healthy_sentence(const usage& now, std::string_view access, const std::string& subject) {
  if (!now.has_size()) return fmt::format("{} is there{}", subject, access);
  return fmt::format("{} {}% used, {} available{}", subject, shown_percent(now.used_ratio),
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
