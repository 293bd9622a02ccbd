// Builds draft-07 schemas for every option kind. Editors show the first matching pattern, so patterns are as strict as
// the parser.
#include "reference/option_schema.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include "yaml/reader.hpp"

namespace telltale {
namespace {

namespace json = boost::json;

#define TELLTALE_NUMBER "(0|[1-9][0-9]{0,14})(\\.[0-9]{1,9})?"
constexpr std::string_view duration_pattern = "(?=[0-9])(" TELLTALE_NUMBER "d)?(" TELLTALE_NUMBER "h)?(" TELLTALE_NUMBER
                                              "m)?(" TELLTALE_NUMBER "s)?(" TELLTALE_NUMBER "ms)?";
constexpr std::string_view size_pattern = TELLTALE_NUMBER "(B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)";
#undef TELLTALE_NUMBER
constexpr std::string_view percent_pattern = "(100(\\.0{1,9})?|[1-9]?[0-9](\\.[0-9]{1,9})?)%";
constexpr std::string_view number_pattern = "-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?";
constexpr std::string_view url_pattern = "[A-Za-z][A-Za-z0-9+.-]*://.+";
constexpr std::string_view variable_pattern = "\\$\\{";

json::string text(std::string_view view) { return json::string(view.data(), view.size()); }

json::object pattern_schema(std::string_view pattern) {
  return {{"type", "string"}, {"pattern", text(fmt::format("^({})$|{}", pattern, variable_pattern))}};
}

json::object variable_schema() { return {{"type", "string"}, {"pattern", text(variable_pattern)}}; }

/// A JSON type of its own, or text with a variable. `pattern` only applies to text.
json::object typed_schema(std::string_view type) {
  return {{"type", json::array{text(type), "string"}}, {"pattern", text(variable_pattern)}};
}

json::object any_of(json::array alternatives) { return {{"anyOf", std::move(alternatives)}}; }

json::object closed_object(json::object properties) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

json::object secret_schema() {
  auto out = closed_object(
      {{"file", {{"type", "string"}, {"minLength", 1}, {"description", "File that holds the secret."}}},
       {"env", {{"type", "string"}, {"minLength", 1}, {"description", "Environment variable that holds the secret."}}},
       {"prefix",
        {{"type", json::array{"string", "number", "boolean"}},
         {"description", "Put before the secret, such as \"Bearer \" with its blank."}}}});
  out["oneOf"] =
      json::array{json::object{{"required", json::array{"file"}}}, json::object{{"required", json::array{"env"}}}};
  return out;
}

json::object text_schema(const option_shape& shape) {
  // Unquoted numbers and booleans are valid text.
  json::object plain{{"type", json::array{"string", "number", "boolean"}}};
  if (shape.element.empty()) return plain;
  return any_of({std::move(plain), shape_schema(shape.element.front())});
}

json::object choice_schema(const option_shape& shape) {
  json::array names;
  for (auto name : shape.choices) names.push_back(text(name));
  return any_of({json::object{{"enum", std::move(names)}}, variable_schema()});
}

json::object list_schema(const option_shape& shape) {
  auto one = shape_schema(shape.element.front());
  json::object many{{"type", "array"}, {"items", one}, {"minItems", 1}};
  return any_of({std::move(one), std::move(many)});
}

json::object limit_schema(const option_shape& shape) {
  auto bound = shape_schema(shape.element.front());
  auto both = closed_object({{"warn", bound}, {"fail", bound}});
  both["minProperties"] = 1;
  return any_of({std::move(bound), std::move(both)});
}

json::array examples_of(option_kind kind) {
  switch (kind) {
    case option_kind::duration:
      return {"500ms", "10s", "5m", "1h30m"};
    case option_kind::size:
      return {"512KiB", "64MiB", "2GiB"};
    case option_kind::percentage:
      return {"80%", "99.5%"};
    case option_kind::secret:
      return {json::object{{"file", "/run/secrets/token"}}, json::object{{"env", "TOKEN"}}};
    default:
      return {};
  }
}

/// Parses the YAML text of a default.
json::value default_value(const raw_value& raw, const option_shape& shape) {
  const auto& inner = shape.element.empty() ? shape : shape.element.front();
  if (raw.kind == raw_value::kind_t::list) {
    json::array out;
    for (const auto& item : raw.items) out.push_back(default_value(item, inner));
    return out;
  }
  if (raw.kind == raw_value::kind_t::map) {
    json::object out;
    for (const auto& member : raw.members) out[text(member.key)] = default_value(member.value, inner);
    return out;
  }
  if (shape.kind == option_kind::boolean) return raw.text == "true";
  if (shape.kind == option_kind::count)
    if (auto count = parse_count(raw.text)) return *count;
  if (shape.kind == option_kind::number) {
    problems ignored;
    if (auto number = option_traits<double>::parse(raw, "default", ignored)) return *number;
  }
  return text(raw.text);
}

std::optional<json::value> default_json(const option_info& option) {
  if (option.default_text.empty()) return std::nullopt;
  problems errors;
  const auto raw = read_yaml(source_text(option.default_text), errors);
  if (!raw || !errors.empty()) return std::nullopt;
  return default_value(*raw, option.shape);
}

}  // namespace

json::object shape_schema(const option_shape& shape) {
  switch (shape.kind) {
    case option_kind::text:
      return text_schema(shape);
    case option_kind::path:
      return {{"type", "string"}, {"minLength", 1}};
    case option_kind::address:
      return {{"type", "string"}};
    case option_kind::url:
      return pattern_schema(url_pattern);
    case option_kind::duration:
      return pattern_schema(duration_pattern);
    case option_kind::size:
      return pattern_schema(size_pattern);
    case option_kind::percentage:
      return pattern_schema(percent_pattern);
    case option_kind::count: {
      auto out = typed_schema("integer");
      out["minimum"] = 0;
      return out;
    }
    case option_kind::number: {
      auto out = pattern_schema(number_pattern);  // editors with YAML 1.1 take `10e9` for a text
      out["type"] = json::array{"number", "string"};
      return out;
    }
    case option_kind::boolean:
      return typed_schema("boolean");
    case option_kind::choice:
      return choice_schema(shape);
    case option_kind::secret:
      return secret_schema();
    case option_kind::list:
      return list_schema(shape);
    case option_kind::upper_limit:
    case option_kind::lower_limit:
      return limit_schema(shape);
    case option_kind::map:
      return {{"type", "object"}, {"additionalProperties", shape_schema(shape.element.front())}};
    case option_kind::group:
      return options_schema(shape.members);
  }
  return {};
}

json::object option_schema(const option_info& option) {
  json::object out{{"description", option.doc}};
  for (auto& member : shape_schema(option.shape)) out[member.key()] = std::move(member.value());
  if (auto value = default_json(option)) out["default"] = std::move(*value);
  if (auto examples = examples_of(option.shape.kind); !examples.empty()) out["examples"] = std::move(examples);
  return out;
}

json::object properties_of(const std::vector<option_info>& options) {
  json::object out;
  for (const auto& option : options) out[option.name] = option_schema(option);
  return out;
}

json::array required_of(const std::vector<option_info>& options) {
  json::array out;
  for (const auto& option : options)
    if (option.required) out.push_back(text(option.name));
  return out;
}

json::object options_schema(const std::vector<option_info>& options) {
  auto out = closed_object(properties_of(options));
  if (auto required = required_of(options); !required.empty()) out["required"] = std::move(required);
  return out;
}

}  // namespace telltale
