// Formats numbers and labels for both metrics formats.
#include "render/exposition.hpp"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace telltale {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\\' ? "\\\\" : c == '"' ? "\\\"" : std::string(1, c);
  return out;
}

}  // namespace

std::string number_text(double value) { return std::isinf(value) ? "+Inf" : fmt::format("{}", value); }

std::string_view type_name(prometheus::MetricType type) {
  using enum prometheus::MetricType;
  return type == Counter ? "counter" : type == Histogram ? "histogram" : "gauge";
}

std::string label_set(const std::vector<prometheus::ClientMetric::Label>& labels, std::string_view extra) {
  std::string out;
  for (const auto& label : labels)
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", label.name, escaped(label.value));
  if (!extra.empty()) out += (out.empty() ? "" : ",") + std::string(extra);
  return out.empty() ? out : "{" + out + "}";
}

void write_series(const prometheus::MetricFamily& family, std::string_view name, histogram_writer write_histogram,
                  std::string& out) {
  using enum prometheus::MetricType;
  for (const auto& series : family.metric) {
    if (family.type == Histogram) {
      write_histogram(name, series, out);
      continue;
    }
    const double value = family.type == Counter ? series.counter.value : series.gauge.value;
    fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, label_set(series.label), number_text(value));
  }
}

}  // namespace telltale
