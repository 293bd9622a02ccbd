// Writes metric families to text one by one, so that they are never all in memory.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

namespace telltale {

using metric_family = prometheus::MetricFamily;
using metric_families = std::vector<metric_family>;

/// Accepts one family at a time and writes it at once, large ones in parts. As objects, the metrics of thousands of
/// checks take several times the memory of their text.
class metric_writer {
 public:
  /// Writes the only family of `one`. When it `continued`, the family's head has been written already.
  using write = std::function<void(const metric_families& one, bool continued)>;

  static constexpr std::size_t part = 64;

  explicit metric_writer(write w) : write_(std::move(w)) {}

  /// Writes and removes the series of a family, if there are any. A family with the name of the previous one continues
  /// it.
  void add(metric_family& family);
  void add(metric_family&& family) { add(family); }
  /// Does the same once there are many series.
  void add_if_many(metric_family& family) {
    if (family.metric.size() >= part) add(family);
  }

  /// Whether an earlier family uses this name, or may use it for samples in either format.
  bool is_taken(const std::string& name) const { return taken_.contains(name); }

 private:
  void take_names(const metric_family&);

  write write_;
  metric_families one_{1};
  std::string last_;
  std::set<std::string> taken_;
};

}  // namespace telltale
