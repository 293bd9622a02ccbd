// What the checks measured, as gauges `telltale_<type>_<measurement>`.
#include <algorithm>
#include <map>
#include <set>

#include "render/measured.hpp"
#include "render/metric_families.hpp"

namespace telltale {
namespace {

std::string help_for(const check_view& view, std::string_view measurement_name) {
  if (view.config->type != nullptr)
    for (const auto& info : view.config->type->measurements)
      if (info.name == measurement_name && !info.doc.empty()) return info.doc;
  return "Measured by checks of type " + view.config->settings.type + ".";
}

// Names that are spoken for: those of the families, and what OpenMetrics and histograms derive from them.
std::set<std::string> names_taken(const metric_families& families) {
  std::set<std::string> out;
  for (const auto& family : families) {
    out.insert(family.name);
    if (family.name.ends_with("_total")) out.insert(family.name.substr(0, family.name.size() - 6));
    if (family.type == prometheus::MetricType::Histogram)
      for (const auto* suffix : {"_bucket", "_count", "_sum"}) out.insert(family.name + suffix);
  }
  return out;
}

// A number that is too old to be believed is not a measurement of anything: a gap in the graph says so.
bool believed(const check_view& view) {
  return view.status.reason != reason::stale && view.status.state != check_state::pending;
}

bool has_series_of(const metric_family& family, std::string_view check) {
  return !family.metric.empty() && family.metric.back().label.front().value == check;
}

}  // namespace

void add_measurement_metrics(const snapshot& picture, metric_families& out) {
  const auto taken = names_taken(out);
  std::map<std::string, metric_family> by_name;
  for (const auto& view : picture.checks) {
    if (!believed(*view)) continue;
    const auto& settings = view->config->settings;
    for (const auto* found : shown_measurements(*view)) {
      const auto name = metric_name("telltale_" + settings.type + "_" + found->name);
      if (taken.contains(name)) continue;
      const auto [place, added] = by_name.try_emplace(name);
      if (added) place->second = gauge_family(name, help_for(*view, found->name));
      if (has_series_of(place->second, settings.name)) continue;  // two names that became one
      add_value(place->second, {{"check", settings.name}}, found->value);
    }
  }
  for (auto& [name, family] : by_name) out.push_back(std::move(family));
}

}  // namespace telltale
