// Looking things up in a picture, and recording into its histograms.
#include "snapshot/snapshot.hpp"

#include <algorithm>

namespace telltale {

void histogram::record(double seconds) {
  const auto bucket = std::lower_bound(duration_buckets.begin(), duration_buckets.end(), seconds);
  ++counts[static_cast<std::size_t>(bucket - duration_buckets.begin())];
  ++total;
  sum += seconds;
}

const check_view* snapshot::find(std::string_view name) const {
  for (const auto& check : checks)
    if (check->config->settings.name == name) return check.get();
  return nullptr;
}

}  // namespace telltale
