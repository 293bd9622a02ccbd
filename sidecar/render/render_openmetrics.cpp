// Renders metrics as OpenMetrics 1.0.0, which prometheus-cpp does not support.
#include <fmt/format.h>

#include "render/exposition.hpp"
#include "render/metric_families.hpp"
#include "render/render.hpp"

namespace telltale {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

constexpr std::string_view total = "_total";

// Bounds are floats, "1.0" instead of "1" (OpenMetrics 1.0.0, "Considerations: Canonical Numbers").
std::string bound(double value) {
  auto out = number_text(value);
  if (out.find_first_not_of("0123456789") == std::string::npos) out += ".0";
  return out;
}

// The family name is the sample name without the suffix of the type.
std::string_view base_name(const metric_family& family) {
  std::string_view name = family.name;
  if (family.type == MetricType::Counter && name.ends_with(total)) name.remove_suffix(total.size());
  return name;
}

void write_family_head(const metric_family& family, std::string& out) {
  const auto name = base_name(family);
  out += fmt::format("# TYPE {} {}\n", name, type_name(family.type));
  for (const std::string_view unit : {"seconds", "bytes", "ratio"})
    if (name.ends_with(fmt::format("_{}", unit))) out += fmt::format("# UNIT {} {}\n", name, unit);
  std::string help;  // backslashes are escaped already, see gauge_family; quotes only here
  for (const char c : family.help) help += c == '"' ? "\\\"" : std::string(1, c);
  out += fmt::format("# HELP {} {}\n", name, help);
}

void write_open_histogram(std::string_view name, const ClientMetric& series, std::string& out) {
  for (const auto& bucket : series.histogram.bucket) {
    const auto le = fmt::format("le=\"{}\"", bound(bucket.upper_bound));
    out += fmt::format("{}_bucket{} {}\n", name, label_set(series.label, le), bucket.cumulative_count);
  }
  out += fmt::format("{}_count{} {}\n", name, label_set(series.label), series.histogram.sample_count);
  out += fmt::format("{}_sum{} {}\n", name, label_set(series.label), number_text(series.histogram.sample_sum));
}

void write_open_series(const metric_family& family, std::string& out) {
  const bool counter = family.type == MetricType::Counter;
  write_series(family, fmt::format("{}{}", base_name(family), counter ? total : ""), write_open_histogram, out);
}

}  // namespace

std::string metrics_openmetrics(const snapshot& snap, const program_counters& counters) {
  std::string out;
  metric_writer writer([&](const metric_families& one, bool continued) {
    if (!continued) write_family_head(one.front(), out);
    write_open_series(one.front(), out);
  });
  write_all_metrics(snap, counters, writer);
  return out + "# EOF\n";
}

}  // namespace telltale
