// Formats JSON, because Boost.JSON 1.81 has no pretty printer.
#include "reference/pretty_json.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace telltale {
namespace {

namespace json = boost::json;

bool is_scalar(const json::value& value) { return !value.is_object() && !value.is_array(); }

std::string scalar_text(const json::value& value) {
  // Boost.JSON writes 0.5 as 5E-1.
  return value.is_double() ? fmt::format("{}", value.get_double()) : json::serialize(value);
}

std::string text(const json::value& value, const std::string& margin);

std::string array_text(const json::array& array, const std::string& margin) {
  const bool short_one = std::all_of(array.begin(), array.end(), is_scalar);
  const std::string inner = margin + "  ";
  std::string out;
  for (const auto& item : array) {
    out += out.empty() ? "" : short_one ? ", " : ",";
    out += short_one ? scalar_text(item) : "\n" + inner + text(item, inner);
  }
  return "[" + out + (short_one ? "]" : "\n" + margin + "]");
}

std::string object_text(const json::object& object, const std::string& margin) {
  if (object.empty()) return "{}";
  const std::string inner = margin + "  ";
  std::string out;
  for (const auto& member : object)
    out += fmt::format("{}\n{}{}: {}", out.empty() ? "" : ",", inner, json::serialize(json::value(member.key())),
                       text(member.value(), inner));
  return "{" + out + "\n" + margin + "}";
}

std::string text(const json::value& value, const std::string& margin) {
  if (value.is_array()) return array_text(value.get_array(), margin);
  if (value.is_object()) return object_text(value.get_object(), margin);
  return scalar_text(value);
}

}  // namespace

std::string pretty_json(const json::value& value) { return text(value, "") + "\n"; }

}  // namespace telltale
