// Judges shares, free bytes, inodes and quotas.
#include "disk/judge.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include <telltale/file_failure.hpp>

namespace telltale::disk {
namespace {

constexpr double recovery_points = 0.02;
constexpr double recovery_factor = 1.1;
constexpr double rounding = 1e-9;  // 0.9 is not exactly 90 / 100.0 after a division of block counts

void store_level(memory& kept, std::string_view rule, verdict v) { kept.set(rule, static_cast<std::int64_t>(v)); }

/// The level of a rule, judged with hysteresis from that of the previous run.
verdict level_of(const rule_context& at, std::string_view rule, auto judge) {
  const auto kept = at.kept.get(rule).value_or(0);
  const auto before = kept == 2 ? verdict::fail : kept == 1 ? verdict::warn : verdict::pass;
  const auto level = judge(before);
  if (level != before) store_level(at.kept, rule, level);
  return level;
}

/// "(limit 90%)", with the point of recovery when only hysteresis keeps the level.
std::string limit_text(double ratio, const upper_limit<percent>& limit, verdict level) {
  const auto bound = crossed(limit, level);
  if (ratio >= bound.ratio() - rounding) return fmt::format("(limit {})", to_text(bound));
  return fmt::format("(limit {}, recovers below {})", to_text(bound),
                     to_text(percent{std::max(0.0, bound.value - recovery_points * 100)}));
}

/// `sentence`: the text before the limit.
verdict judge_rule(const rule_context& at, std::string_view rule, double ratio, const upper_limit<percent>& limit,
                   const std::string& sentence) {
  const auto level = level_of(at, rule, [&](verdict before) { return judge_share(ratio, limit, before); });
  if (level != verdict::pass) at.found.add(level, reason::threshold, sentence + limit_text(ratio, limit, level));
  return level;
}

void judge_space(const usage& now, const rule_context& at) {
  if (now.available_bytes <= 0) {
    store_level(at.kept, "space", verdict::fail);
    return at.found.fail(reason::full, at.subject + " is full: no space available");
  }
  judge_rule(at, "space", now.used_ratio, at.options.space(),
             fmt::format("{} {}% used ", at.subject, displayed_percent(now.used_ratio)));
}

void judge_free_bytes(const usage& now, const rule_context& at) {
  const auto& limit = at.options.free;
  const auto level =
      level_of(at, "free", [&](verdict before) { return judge_free(now.available_bytes, limit, before); });
  if (level != verdict::pass)
    at.found.add(level, reason::threshold,
                 fmt::format("{} has {} available (at least {} required)", at.subject, human_bytes(now.available_bytes),
                             to_text(crossed(limit, level))));
}

void judge_inodes(const usage& now, const rule_context& at) {
  if (now.inodes_used >= now.inodes_total) {
    store_level(at.kept, "inodes", verdict::fail);
    return at.found.fail(reason::full,
                         fmt::format("{} has no inodes left: all {:.0f} are in use", at.subject, now.inodes_total));
  }
  judge_rule(at, "inodes", now.inodes_used_ratio, at.options.inodes,
             fmt::format("{} {}% of inodes used ", at.subject, displayed_percent(now.inodes_used_ratio)));
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
    at.found.warn(reason::mismatch,
                  at.subject + " is on a file system that reports no size, so its space is not measured");
  }
  if (now.has_inodes()) judge_inodes(now, at);
  if (!now.impossible_inodes.empty())
    at.found.warn(reason::mismatch, impossible_sentence(now.impossible_inodes, "its inodes are not counted", at));
}

std::string judge_directory(const directory_size& size, const rule_context& at) {
  const auto limit = static_cast<double>(at.options.size_limit->count);
  const double ratio = size.bytes / limit;
  at.found.measure("directory_bytes", size.bytes);
  at.found.measure("directory_used_ratio", ratio);
  const auto held = fmt::format("holds {}{}, {}% of its {}", size.complete() ? "" : "at least ",
                                human_bytes(size.bytes), displayed_percent(ratio), to_text(*at.options.size_limit));
  const auto sentence = at.options.path.text + " " + held;
  if (judge_rule(at, "directory", ratio, at.options.space(), sentence + " ") != verdict::pass) return held;
  // An incomplete count does not prove that the directory is below its limit.
  if (size.cut_short)
    at.found.warn(reason::timeout,
                  fmt::format("{}: too many files to count in time ({} counted)", sentence, size.entries));
  else if (size.unreadable > 0)
    at.found.warn(file_failure(at.options.path.text, size.unreadable_error).reason,
                  fmt::format("{}: {} entries could not be read ({})", sentence, size.unreadable,
                              std::strerror(size.unreadable_error)));
  return held;
}

void judge_recorded_errors(const path_state& seen, const rule_context& at) {
  if (seen.recorded_errors == 0) return;
  at.found.warn(reason::corrupt,
                fmt::format("{} has recorded {} file system error{} since it was last checked; run e2fsck while it "
                            "is not mounted",
                            at.subject, seen.recorded_errors, seen.recorded_errors == 1 ? "" : "s"));
}

std::string healthy_sentence(const usage& now, std::string_view access, const std::string& subject) {
  if (!now.has_size()) return fmt::format("{} exists{}", subject, access);
  return fmt::format("{} {}% used, {} available{}", subject, displayed_percent(now.used_ratio),
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
