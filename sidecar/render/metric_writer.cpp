// Implements writing in parts, and tracks used names.
#include "render/metric_writer.hpp"

#include <utility>

namespace telltale {

void metric_writer::add(metric_family& family) {
  if (family.metric.empty()) return;
  const bool continued = family.name == last_;
  if (!continued) take_names(family);
  last_ = family.name;
  std::swap(one_.front(), family);
  write_(one_, continued);
  std::swap(one_.front(), family);
  family.metric.clear();
}

/// OpenMetrics and histograms derive sample names from the family name.
void metric_writer::take_names(const metric_family& family) {
  taken_.insert(family.name);
  if (family.name.ends_with("_total")) taken_.insert(family.name.substr(0, family.name.size() - 6));
  if (family.type == prometheus::MetricType::Histogram)
    for (const auto* suffix : {"_bucket", "_count", "_sum"}) taken_.insert(family.name + suffix);
}

}  // namespace telltale
