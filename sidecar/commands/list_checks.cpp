// Formats the declarations of check types as tables and JSON.
#include "commands/list_checks.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "reference/cadence_text.hpp"
#include "reference/nested_options.hpp"
#include "reference/schema.hpp"
#include "render/json_text.hpp"
#include "results/exit_code.hpp"
#include "results/text_table.hpp"

namespace telltale {
namespace {

namespace json = boost::json;

json::array options_json(const std::vector<option_info>& options) {
  json::array out;
  for (const auto& option : options) {
    json::object one{
        {"name", option.name}, {"type", option.shape.name()}, {"required", option.required}, {"doc", option.doc}};
    if (!option.default_text.empty()) one["default"] = option.default_text;
    if (const auto nested = nested_in(option.shape); !nested.members.empty())
      one["options"] = options_json(nested.members);
    out.push_back(std::move(one));
  }
  return out;
}

json::object type_json(const check_type& type) {
  json::array measurements;
  for (const auto& measurement : type.measurements)
    measurements.push_back(json::object{{"name", measurement.name}, {"doc", measurement.doc}});
  return {{"name", type.name},
          {"summary", type.summary},
          {"proves", type.proves},
          {"does_not_prove", type.does_not_prove},
          {"component", type.component},
          {"interval", to_text(type.cadence.interval)},
          {"timeout", to_text(type.cadence.timeout)},
          {"slow", type.cadence.slow},
          {"options", options_json(type.options)},
          {"measurements", std::move(measurements)}};
}

std::string option_head(const option_info& option, const std::string& prefix) {
  const auto value = option.required               ? ", required"
                     : option.default_text.empty() ? ""
                                                   : fmt::format(", default {}", option.default_text);
  return fmt::format("  {}{}: {}{}\n", prefix, option.name, option.shape.name(), value);
}

std::string options_text(const std::vector<option_info>& options, const std::string& prefix) {
  std::string out;
  for (const auto& option : options) {
    out += option_head(option, prefix) + wrapped(option.doc, 6, 100);
    const auto nested = nested_in(option.shape);
    out += options_text(nested.members, fmt::format("{}{}{}", prefix, option.name, nested.separator));
  }
  return out;
}

std::string type_text(const check_type& type) {
  auto out = fmt::format("{}: {}\n\nProves: {}\nDoes not prove: {}\n{}\n\nOptions:\n{}", type.name, type.summary,
                         type.proves, type.does_not_prove, cadence_text(type.cadence), options_text(type.options, ""));
  if (!type.measurements.empty()) out += "\nMeasurements:\n";
  for (const auto& measurement : type.measurements)
    out += fmt::format("  {}\n", measurement.name) + wrapped(measurement.doc, 6, 100);
  return out + "\nEvery check also takes name, gates, severity, interval, timeout and more: see docs/checks.md.\n";
}

std::string all_text(const check_table& table) {
  text_table types({"TYPE", "WHAT"});
  for (const auto& type : table) types.row({type.name, type.summary});
  return types.text() + "\n`telltale checks TYPE` shows the options and measurements of one.\n";
}

command_result unknown_type(std::string_view name, const check_table& table) {
  std::vector<std::string_view> names;
  for (const auto& type : table) names.push_back(type.name);
  const auto meant = suggestion(name, names);
  return {exit_usage, "",
          fmt::format("telltale checks: unknown check type '{}'{}\n", name,
                      meant.empty() ? "; `telltale checks` lists them" : meant)};
}

}  // namespace

command_result list_checks(const checks_command& asked, const check_table& table) {
  if (asked.format == listing_format::markdown) return {exit_ok, checks_markdown(table), ""};
  const bool as_json = asked.format == listing_format::json;
  if (!asked.type.empty()) {
    const auto* type = find_type(table, asked.type);
    if (!type) return unknown_type(asked.type, table);
    return {exit_ok, as_json ? json_text(type_json(*type)) + "\n" : type_text(*type), ""};
  }
  if (!as_json) return {exit_ok, all_text(table), ""};
  json::array all;
  for (const auto& type : table) all.push_back(type_json(type));
  return {exit_ok, json_text(all) + "\n", ""};
}

}  // namespace telltale
