// Serialises JSON values with readable numbers.
#include "render/json_text.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "base/utf8.hpp"

namespace telltale {
namespace {

std::string_view view_of(const boost::json::string& text) { return {text.data(), text.size()}; }

void write(const boost::json::value& value, std::string& out) {
  if (const auto* object = value.if_object()) {
    char before = '{';
    for (const auto& [key, member] : *object) {
      out += std::exchange(before, ',');
      out += json_quoted({key.data(), key.size()}) + ":";
      write(member, out);
    }
    out += object->empty() ? "{}" : "}";
  } else if (const auto* array = value.if_array()) {
    char before = '[';
    for (const auto& item : *array) {
      out += std::exchange(before, ',');
      write(item, out);
    }
    out += array->empty() ? "[]" : "]";
  } else if (const auto* text = value.if_string()) {
    out += json_quoted(view_of(*text));
  } else if (const auto* number = value.if_double()) {
    out += std::isfinite(*number) ? fmt::format("{}", *number) : "null";
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

std::string json_text(const boost::json::value& value) {
  std::string out;
  write(value, out);
  return out;
}

std::string json_quoted(std::string_view text) {
  const auto clean = valid_utf8(text);
  return boost::json::serialize(boost::json::string_view(clean.data(), clean.size()));
}

boost::json::value json_number(double value) {
  constexpr double exact = 9007199254740992.0;  // 2^53: doubles represent all integers up to this
  if (value == std::trunc(value) && std::abs(value) <= exact) return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace telltale
