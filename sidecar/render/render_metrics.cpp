// Metrics in Prometheus' text format, version 0.0.4. The data model is prometheus-cpp's, and so are the bytes: a test
// holds them against its serialiser, which itself is a shared object that every start of the program would load.
#include <fmt/format.h>

#include "render/exposition.hpp"
#include "render/metric_families.hpp"
#include "render/render.hpp"

namespace telltale {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

void write_histogram(std::string_view name, const ClientMetric& series, std::string& out) {
  const auto labels = label_set(series.label);
  out += fmt::format("{}_count{} {}\n", name, labels, series.histogram.sample_count);
  out += fmt::format("{}_sum{} {}\n", name, labels, number_text(series.histogram.sample_sum));
  for (const auto& bucket : series.histogram.bucket) {
    const auto le = fmt::format("le=\"{}\"", number_text(bucket.upper_bound));
    out += fmt::format("{}_bucket{} {}\n", name, label_set(series.label, le), bucket.cumulative_count);
  }
}

void write_family(const metric_family& family, std::string& out) {
  if (!family.help.empty()) out += fmt::format("# HELP {} {}\n", family.name, family.help);
  out += fmt::format("# TYPE {} {}\n", family.name, type_name(family.type));
  for (const auto& series : family.metric) {
    if (family.type == MetricType::Histogram) {
      write_histogram(family.name, series, out);
    } else {
      const bool counter = family.type == MetricType::Counter;
      out += fmt::format("{}{} {}\n", family.name, label_set(series.label),
                         number_text(counter ? series.counter.value : series.gauge.value));
    }
  }
}

}  // namespace

std::string to_text(const metric_families& families) {
  std::string out;
  for (const auto& family : families) write_family(family, out);
  return out;
}

std::string metrics_text(const snapshot& picture, const program_counters& counters) {
  return to_text(all_metrics(picture, counters));
}

}  // namespace telltale
