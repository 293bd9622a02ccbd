// Writes the measurements of checks as gauges `telltale_<type>_<measurement>`.
#include <map>
#include <utility>
#include <vector>

#include "render/measured.hpp"
#include "render/metric_families.hpp"

namespace telltale {
namespace {

std::string help_for(const check_view& view, std::string_view measurement_name) {
  for (const auto& info : view.config->type->measurements)
    if (info.name == measurement_name && !info.doc.empty()) return info.doc;
  return "Measured by checks of type " + view.config->settings.type + ".";
}

// Stale values are omitted, which leaves a gap in graphs.
bool is_current(const check_view& view) { return !view.status.outdated && view.status.state != check_state::pending; }

/// The data of one gauge series, kept small because there are thousands.
struct gauge_of_checks {
  std::string help;
  std::vector<std::pair<const check_view*, double>> values;

  bool has(const check_view& view) const { return !values.empty() && values.back().first == &view; }
};

void write_one(const std::string& name, const gauge_of_checks& measured, metric_writer& out) {
  auto family = gauge_family(name, measured.help);
  for (const auto& [view, value] : measured.values) {
    add_value(family, {{"check", view->config->settings.name}}, value);
    out.add_if_many(family);
  }
  out.add(family);
}

}  // namespace

void write_measurement_metrics(const snapshot& snap, metric_writer& out) {
  std::map<std::string, gauge_of_checks> by_name;
  for (const auto& view : snap.checks) {
    if (!is_current(*view)) continue;
    for (const auto& found : shown_measurements(*view)) {
      const auto name = metric_name("telltale_" + view->config->settings.type + "_" + std::string(found.name));
      if (out.is_taken(name)) continue;
      auto& measured = by_name[name];
      if (measured.has(*view)) continue;  // two measurement names with the same metric name
      if (measured.values.empty()) measured.help = help_for(*view, found.name);
      measured.values.emplace_back(view.get(), found.value);
    }
  }
  for (const auto& [name, measured] : by_name) write_one(name, measured, out);
}

}  // namespace telltale
