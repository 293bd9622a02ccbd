// Implements lookups in a snapshot and its counters.
#include "snapshot/snapshot.hpp"

#include <algorithm>

namespace telltale {

void histogram::record(double seconds) {
  const auto bucket = std::lower_bound(duration_buckets.begin(), duration_buckets.end(), seconds);
  ++counts[static_cast<std::size_t>(bucket - duration_buckets.begin())];
  sum += seconds;
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

std::vector<fed_status> snapshot::fed_to(gate which) const {
  std::vector<fed_status> out;
  for (const auto& check : checks) {
    const auto& settings = check->config->settings;
    const bool slow = check->config->type->cadence.slow;
    if (settings.feeds(which)) out.push_back({&check->status, settings.effective_severity(), settings.name, slow});
  }
  return out;
}

std::chrono::system_clock::time_point snapshot::wall_time(boot_clock::time_point when) const {
  return wall - std::chrono::duration_cast<std::chrono::system_clock::duration>(taken - when);
}

}  // namespace telltale
