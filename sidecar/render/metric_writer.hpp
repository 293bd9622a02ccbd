// Families of metrics on their way to text, never all of them at once.
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

/// Takes families one after the other and has them written at once, large ones in parts: as objects, the metrics of
/// thousands of checks take several times the room of their text.
class metric_writer {
 public:
  /// Writes the only family of `one`; of one that `goes_on` the head has been written before.
  using write = std::function<void(const metric_families& one, bool goes_on)>;

  /// So many series are written together.
  static constexpr std::size_t part = 64;

  explicit metric_writer(write w) : write_(std::move(w)) {}

  /// Writes the series of a family, if there are any, and takes them out of it. A family of the same name as the one
  /// before goes on with that.
  void add(metric_family& family);
  void add(metric_family&& family) { add(family); }
  /// As `add`, but waits for more when these are few.
  void add_if_many(metric_family& family) {
    if (family.metric.size() >= part) add(family);
  }

  /// Whether there was a family of this name, or one whose samples may have it in either format.
  bool is_taken(const std::string& name) const { return taken_.contains(name); }

 private:
  void take_names(const metric_family&);

  write write_;
  metric_families one_{1};
  std::string last_;
  std::set<std::string> taken_;
};

}  // namespace telltale
