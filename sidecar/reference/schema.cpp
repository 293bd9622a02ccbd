// Builds the schema document: sections, check entries, and the options of each check type.
#include "reference/schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "config/check_rules.hpp"
#include "config/settings.hpp"
#include "reference/option_schema.hpp"
#include "reference/pretty_json.hpp"

namespace telltale {
namespace {

namespace json = boost::json;

/// The rule of `is_check_name` as a pattern.
constexpr std::string_view name_pattern = "^[a-z0-9][a-z0-9_.-]{0,62}$|\\$\\{";

constexpr std::string_view link_pattern = "^https?://|\\$\\{";

/// The limits of `check_rules` that a schema can state.
void limit_runs(json::object& properties) {
  for (const auto* option : {"rise", "fall"}) {
    auto& count = properties[option].as_object();
    count["minimum"] = 1;
    count["maximum"] = most_runs;
  }
}

void limit_identity(json::object& properties) {
  properties["name"].as_object()["pattern"] = json::string(name_pattern);
  // Variables and `$$` change the length.
  properties["description"].as_object()["anyOf"] =
      json::array{json::object{{"maxLength", longest_description}}, json::object{{"pattern", "\\$"}}};
  properties["gates"].as_object()["anyOf"].as_array().at(1).as_object()["uniqueItems"] = true;
  auto& links = properties["links"].as_object();
  links["propertyNames"] = json::object{{"minLength", 1}};
  links["additionalProperties"] = json::object{{"type", "string"}, {"pattern", json::string(link_pattern)}};
}

option_shape type_shape(const check_table& table) {
  option_shape out{option_kind::choice, {}, {}, {}};
  for (const auto& type : table) out.choices.push_back(type.name);
  return out;
}

/// The schema of an entry of this type: its own options, the common ones, and no others.
json::object rules_of(const check_type& type) {
  auto properties = properties_of(type.options);
  for (const auto& common : check_settings::declared_for_check().infos()) properties[common.name] = true;
  properties["interval"] = json::object{{"default", to_text(type.cadence.interval)}};
  properties["timeout"] = json::object{{"default", to_text(type.cadence.timeout)}};
  json::object rules{{"properties", std::move(properties)}, {"additionalProperties", false}};
  if (auto required = required_of(type.options); !required.empty()) rules["required"] = std::move(required);
  json::object is_type{{"properties", {{"type", {{"const", type.name}}}}}, {"required", json::array{"type"}}};
  return {{"if", std::move(is_type)}, {"then", std::move(rules)}};
}

json::object check_schema(const check_table& table) {
  const auto& common = check_settings::declared_for_check().infos();
  auto properties = properties_of(common);
  limit_identity(properties);
  limit_runs(properties);
  auto types = shape_schema(type_shape(table));
  types["description"] = "What to watch; `telltale checks TYPE` shows the options of a type.";
  properties["type"] = std::move(types);
  json::array per_type;
  for (const auto& type : table) per_type.push_back(rules_of(type));
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", required_of(common)},
          {"allOf", std::move(per_type)}};
}

json::object described(json::object schema, std::string_view description) {
  schema["description"] = json::string(description);
  return schema;
}

json::object sections(const check_table& table) {
  json::object checks{{"type", "array"}, {"items", check_schema(table)}};
  auto off_unless_asked = shape_schema({option_kind::boolean, {}, {}, {}});
  off_unless_asked["default"] = false;
  auto defaults = options_schema(check_settings::declared_for_defaults().infos());
  limit_runs(defaults["properties"].as_object());
  return {{"server", described(options_schema(server_settings::declared().infos()),
                               "Listen addresses, access control and shutdown.")},
          {"defaults", described(std::move(defaults), "Default intervals and thresholds of the checks.")},
          {"checks", described(std::move(checks), "The checks to run.")},
          {"ready_without_checks", described(off_unless_asked, "Lets the ready gate pass although no check feeds it.")},
          {"watch", described(off_unless_asked, "Reloads this file when its text changes, as SIGHUP does.")}};
}

}  // namespace

std::string config_schema(const check_table& table) {
  // An empty list of checks requires `ready_without_checks`.
  json::object some_check{{"required", json::array{"checks"}}, {"properties", {{"checks", {{"minItems", 1}}}}}};
  return pretty_json(json::object{{"$schema", "http://json-schema.org/draft-07/schema#"},
                                  {"$id", "urn:telltale:configuration"},
                                  {"title", "telltale configuration"},
                                  {"type", "object"},
                                  {"properties", sections(table)},
                                  {"additionalProperties", false},
                                  {"if", {{"required", json::array{"ready_without_checks"}}}},
                                  {"then", true},
                                  {"else", std::move(some_check)}});
}

}  // namespace telltale
