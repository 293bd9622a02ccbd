// Implements the entries of application/health+json.
#include "render/health_entry.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <boost/json/object.hpp>

#include "base/printable.hpp"
#include "base/time_text.hpp"
#include "base/utf8.hpp"
#include "render/json_text.hpp"
#include "render/measured.hpp"

namespace telltale {
namespace {

namespace json = boost::json;

constexpr std::size_t max_short_output = 200;

json::object common_part(const check_view& view) {
  json::object out;
  out["componentType"] = view.config->type->component;
  out["status"] = json_view(to_string(view.status.state));
  out["reason"] = json_view(to_string(view.status.reason));
  if (view.last_run.time_since_epoch().count() != 0) out["time"] = rfc3339(view.last_run);
  return out;
}

void add_output(const check_view& view, std::size_t most, json::object& entry) {
  if (view.status.state == check_state::pass || view.status.message.empty()) return;
  entry["output"] = shortened(valid_utf8(view.status.message), most);
}

void add_links(const check_view& view, json::object& entry) {
  if (view.config->settings.links->empty()) return;
  json::object links;
  for (const auto& [relation, address] : *view.config->settings.links) links[relation] = address;
  entry["links"] = std::move(links);
}

std::string member(std::string_view key, json::object entry) {
  return json_quoted(key) + ":" + json_text(json::array{std::move(entry)});
}

json::object measured_part(const shown_measurement& found) {
  json::object out;
  out["observedValue"] = json_number(found.value);
  if (const auto unit = unit_of(found.name); !unit.empty()) out["observedUnit"] = json_view(unit);
  return out;
}

}  // namespace

std::string health_members(const check_view& view, details level) {
  const auto& name = view.config->settings.name;
  auto entry = common_part(view);
  if (level != details::full) return member(name, std::move(entry));
  auto first = entry;
  add_output(view, max_output, first);
  add_links(view, first);
  const auto measurements = shown_measurements(view);
  if (measurements.empty()) return member(name, std::move(first));
  std::string out;
  for (const auto& found : measurements) {
    auto full = out.empty() ? first : entry;
    for (auto& [key, value] : measured_part(found)) full[key] = std::move(value);
    out += (out.empty() ? "" : ",") + member(fmt::format("{}:{}", name, found.name), std::move(full));
  }
  return out;
}

std::string short_health_members(const check_view& view, details level) {
  auto entry = common_part(view);
  if (level == details::full) add_output(view, max_short_output, entry);
  return member(view.config->settings.name, std::move(entry));
}

}  // namespace telltale
