// Renders metrics in Prometheus' text format, version 0.0.4, from prometheus-cpp's data model. A test compares the
// bytes with prometheus-cpp's serialiser, which is not linked because it is a shared object that every start would
// load.
#include <iterator>

#include <fmt/format.h>

#include "render/exposition.hpp"
#include "render/metric_families.hpp"
#include "render/render.hpp"

namespace telltale {
namespace {

using prometheus::ClientMetric;

template <class... Values>
void write(std::string& out, fmt::format_string<const Values&...> form, const Values&... values) {
  fmt::format_to(std::back_inserter(out), form, values...);
}

void write_head(const metric_family& family, std::string& out) {
  if (!family.help.empty()) write(out, "# HELP {} {}\n", family.name, family.help);
  write(out, "# TYPE {} {}\n", family.name, type_name(family.type));
}

void write_histogram(std::string_view name, const ClientMetric& series, std::string& out) {
  const auto labels = label_set(series.label);
  write(out, "{}_count{} {}\n", name, labels, series.histogram.sample_count);
  write(out, "{}_sum{} {}\n", name, labels, number_text(series.histogram.sample_sum));
  for (const auto& bucket : series.histogram.bucket) {
    const auto le = fmt::format("le=\"{}\"", number_text(bucket.upper_bound));
    write(out, "{}_bucket{} {}\n", name, label_set(series.label, le), bucket.cumulative_count);
  }
}

void write_all_series(const metric_family& family, std::string& out) {
  write_series(family, family.name, write_histogram, out);
}

}  // namespace

std::string to_text(const metric_families& families) {
  std::string out;
  for (const auto& family : families) {
    write_head(family, out);
    write_all_series(family, out);
  }
  return out;
}

std::string metrics_text(const snapshot& snap, const program_counters& counters) {
  std::string out;
  metric_writer writer([&](const metric_families& one, bool continued) {
    if (!continued) write_head(one.front(), out);
    write_all_series(one.front(), out);
  });
  write_all_metrics(snap, counters, writer);
  return out;
}

}  // namespace telltale
