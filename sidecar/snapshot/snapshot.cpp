// Implements lookups in a snapshot and its counters.
#include "snapshot/snapshot.hpp"

#include <algorithm>

namespace telltale {

void histogram::record(double seconds) {
  const auto bucket = std::lower_bound(duration_buckets.begin(), duration_buckets.end(), seconds);
  ++counts[static_cast<std::size_t>(bucket - duration_buckets.begin())];
  sum += seconds;
}

std::uint64_t reason_counts::of(reason wanted) const {
  const auto found = std::ranges::find(found_, wanted, &std::pair<reason, std::uint64_t>::first);
  return found == found_.end() ? 0 : found->second;
}

std::uint64_t reason_counts::total() const {
  std::uint64_t out = 0;
  for (const auto& [reason, count] : found_) out += count;
  return out;
}

std::uint64_t& reason_counts::operator[](reason wanted) {
  const auto found = std::ranges::find(found_, wanted, &std::pair<reason, std::uint64_t>::first);
  return found == found_.end() ? found_.emplace_front(wanted, 0).second : found->second;
}

void check_counters::record(const run_report& run) {
  ++runs;
  if (run.outcome.verdict == verdict::fail) ++failures[run.outcome.reason];
  duration.record(to_seconds(run.duration));
}

const check_view* snapshot::find(std::string_view name) const {
  for (const auto& check : checks)
    if (check->config->settings.name == name) return check.get();
  return nullptr;
}

std::chrono::system_clock::time_point snapshot::wall_time(boot_clock::time_point when) const {
  return wall - std::chrono::duration_cast<std::chrono::system_clock::duration>(taken - when);
}

}  // namespace telltale
