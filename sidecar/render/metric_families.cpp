// Builds metric families in prometheus-cpp's data model.
#include "render/metric_families.hpp"

#include <cmath>
#include <limits>

#include <telltale/version.hpp>
#include "base/ascii.hpp"
#include "base/printable.hpp"

namespace telltale {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

metric_family family(std::string_view name, std::string_view help, MetricType type) {
  std::string escaped;
  for (const char c : printable(help)) escaped += c == '\\' ? "\\\\" : std::string(1, c);
  return {metric_name(name), std::move(escaped), type, {}};
}

ClientMetric labelled(const metric_labels& labels) {
  ClientMetric out;
  for (const auto& [name, value] : labels) out.label.push_back({metric_name(name), printable(value)});
  return out;
}

void write_build_info(metric_writer& out) {
  auto info = gauge_family("telltale_build_info", "Always 1; the running version is a label.");
  add_value(info, {{"version", version()}}, 1);
  out.add(info);
}

void write_single(metric_family family, double value, metric_writer& out) {
  add_value(family, {}, value);
  out.add(family);
}

}  // namespace

metric_family gauge_family(std::string_view name, std::string_view help) {
  return family(name, help, MetricType::Gauge);
}

metric_family counter_family(std::string_view name, std::string_view help) {
  return family(name, help, MetricType::Counter);
}

metric_family histogram_family(std::string_view name, std::string_view help) {
  return family(name, help, MetricType::Histogram);
}

void add_value(metric_family& into, const metric_labels& labels, double value) {
  if (!std::isfinite(value)) return;
  auto series = labelled(labels);
  (into.type == MetricType::Counter ? series.counter.value : series.gauge.value) = value;
  into.metric.push_back(std::move(series));
}

void add_histogram(metric_family& into, const metric_labels& labels, const histogram& recorded) {
  auto series = labelled(labels);
  auto& out = series.histogram;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < recorded.counts.size(); ++i) {
    below += recorded.counts[i];
    const bool last = i == duration_buckets.size();
    out.bucket.push_back({below, last ? std::numeric_limits<double>::infinity() : duration_buckets[i]});
  }
  out.sample_count = below;
  out.sample_sum = std::isfinite(recorded.sum) ? recorded.sum : 0;
  into.metric.push_back(std::move(series));
}

std::string metric_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_digit(c) && out.empty()) out += '_';
    out += is_letter_or_digit(c) ? c : '_';
  }
  return out.empty() ? "_" : out;
}

void write_gauge(std::string_view name, std::string_view help, double value, metric_writer& out) {
  write_single(gauge_family(name, help), value, out);
}

void write_counter(std::string_view name, std::string_view help, double value, metric_writer& out) {
  write_single(counter_family(name, help), value, out);
}

void write_all_metrics(const snapshot& snap, const program_counters& counters, metric_writer& out) {
  write_build_info(out);
  write_gate_metrics(snap, out);
  write_check_metrics(snap, out);
  write_program_metrics(counters, out);
  write_process_metrics(snap, out);
  write_measurement_metrics(snap, out);
}

}  // namespace telltale
