// Applies the rules in order: file type, size, age, content.
#include "marker/judge.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace telltale::marker {
namespace {

/// Truncated or empty JSON is always read again: the clock of a network file system may be wrong.
bool may_be_half_written(const file_result& file) {
  if (file.finding.verdict != verdict::fail || file.finding.reason == reason::pending) return false;
  return file.finding.reason == reason::corrupt || file.age_seconds < being_written_seconds;
}

void judge_text(const std::string& path, const file_view& file, const marker_options& options, file_result& out) {
  if (file.content.size() > largest_content) {
    out.finding = mismatch(fmt::format("{} is {}, too large to be a marker with content (at most 64KiB)", path,
                                       human_bytes(static_cast<double>(file.size))));
    return;
  }
  auto found = judge_content(path, file.content, options);
  out.finding = std::move(found.finding);
  out.progress = found.progress;
  out.writer = found.writer;
}

/// Judges the sizes of a file that is new enough.
finding judge_size(const std::string& path, const file_view& file, const marker_options& options) {
  const auto size = human_bytes(static_cast<double>(file.size));
  if (options.min_size && file.size < options.min_size->count)
    return mismatch(fmt::format("{} is {}, at least {} expected", path, size, to_text(*options.min_size)));
  if (options.min_allocated && file.allocated < options.min_allocated->count)
    return mismatch(fmt::format("{} has {} in allocated blocks at a size of {}, at least {} expected", path,
                                human_bytes(static_cast<double>(file.allocated)), size,
                                to_text(*options.min_allocated)));
  return {};
}

finding judge_age(const std::string& path, const file_view& file, const marker_options& options, const moments& at,
                  const std::optional<reference_file>& newer_than) {
  finding out;
  if (options.newer_than) out = judge_freshness(path, file.modified, *options.newer_than, at);
  if (!newer_than || out.verdict == verdict::fail) return out;
  auto compared = judge_reference(path, file.modified, *newer_than);
  return compared.verdict == verdict::pass ? out : compared;
}

double age_of(const file_view& file, const moments& at) {
  return std::max(0.0, std::chrono::duration<double>(at.now - file.modified).count());
}

void keep(std::optional<double>& into, const std::optional<double>& value, auto choose) {
  if (value) into = into ? choose(*into, *value) : *value;
}

std::string healthy_sentence(const std::vector<file_result>& files, const marker_options& options, double oldest) {
  const auto age = human_duration(std::chrono::nanoseconds(static_cast<std::int64_t>(oldest * 1e9)));
  if (options.path) return fmt::format("{} exists, {} old", options.path->text, age);
  return fmt::format("all {} files exist, the oldest is {} old", files.size(), age);
}

/// The first sentences, and the number of the remaining ones.
void add_findings(const std::vector<file_result>& files, findings& found) {
  constexpr std::size_t most_sentences = 5;
  std::vector<const finding*> bad;
  for (const auto& file : files)
    if (file.finding.verdict != verdict::pass) bad.push_back(&file.finding);
  std::stable_sort(bad.begin(), bad.end(), [](auto* a, auto* b) { return a->verdict > b->verdict; });
  for (std::size_t i = 0; i < bad.size() && i < most_sentences; ++i)
    found.add(bad[i]->verdict, bad[i]->reason, bad[i]->sentence);
  if (bad.size() > most_sentences)
    found.add(bad[most_sentences]->verdict, bad[most_sentences]->reason,
              fmt::format("and {} more files", bad.size() - most_sentences));
}

}  // namespace

file_result judge_file(const std::string& path, const file_view& file, const marker_options& options, const moments& at,
                       const std::optional<reference_file>& newer_than) {
  file_result out;
  if (!file.not_a_file.empty()) {
    out.finding = mismatch(path + " is " + file.not_a_file + ", expected a file");
    return out;
  }
  out.modified = file.modified;
  out.age_seconds = age_of(file, at);
  out.size_bytes = static_cast<double>(file.size);
  auto age = judge_age(path, file, options, at, newer_than);
  if (age.verdict == verdict::fail) {
    out.finding = std::move(age);
    return out;
  }
  out.finding = judge_size(path, file, options);
  if (out.finding.verdict == verdict::pass && options.wants_content()) judge_text(path, file, options, out);
  if (out.finding.verdict == verdict::pass) out.finding = std::move(age);
  out.maybe_incomplete = may_be_half_written(out);
  return out;
}

outcome combine(const std::vector<file_result>& files, const marker_options& options) {
  findings found;
  std::optional<double> oldest;
  std::optional<double> size;
  std::optional<double> progress;
  for (const auto& file : files) {
    keep(oldest, file.age_seconds, [](double a, double b) { return std::max(a, b); });
    keep(size, file.size_bytes, [](double a, double b) { return a + b; });
    keep(progress, file.progress, [](double a, double b) { return std::min(a, b); });
  }
  add_findings(files, found);
  found.measure("files", static_cast<double>(files.size()));
  found.measure("files_missing", static_cast<double>(std::count_if(files.begin(), files.end(),
                                                                   [](const auto& file) { return file.missing; })));
  if (oldest) found.measure("age_seconds", *oldest);
  if (size) found.measure("size_bytes", *size);
  if (progress) found.measure("progress_ratio", *progress);
  // Configuration validation rejects an empty set; it must not pass here either.
  if (files.empty()) found.fail(reason::missing, "no file is expected, so nothing can be ready");
  return std::move(found).result(healthy_sentence(files, options, oldest.value_or(0)));
}

}  // namespace telltale::marker
