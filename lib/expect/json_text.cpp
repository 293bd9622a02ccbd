// Implements parsing with Boost.JSON, and the sentence for a text that is not JSON.
#include "expect/json_text.hpp"

#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "base/printable.hpp"
#include "expect/not_json.hpp"

namespace telltale {
namespace {

namespace json = boost::json;
using boost::system::error_code;

json::value parse(std::string_view text, error_code& error) {
  return json::parse(json::string_view(text.data(), text.size()), error);
}

std::string why_not_json(std::string_view text, const error_code& error) {
  if (text.empty()) return "is empty, expected JSON";
  error_code still_broken;
  parse(without_not_a_number(text), still_broken);
  if (!still_broken)
    return "is not JSON: it has NaN or Infinity, which JSON does not allow; write null or omit the value";
  if (auto known = known_mistake(text); !known.empty()) return known;
  if (error == json::error::incomplete) return "is not valid JSON (incomplete: the text is cut off)";
  return fmt::format("is not valid JSON ({})", error.message());
}

}  // namespace

std::optional<json::value> parse_json(std::string_view text, std::string& why) {
  if (text.size() > largest_json) {
    why =
        fmt::format("has {}, more than the 1 MiB of JSON that is read", human_bytes(static_cast<double>(text.size())));
    return std::nullopt;
  }
  error_code error;
  auto root = parse(text, error);
  if (!error) return root;
  why = why_not_json(text, error);
  return std::nullopt;
}

const json::value* find_json(const json::value& root, std::string_view pointer) {
  error_code ignored;
  return root.find_pointer(json::string_view(pointer.data(), pointer.size()), ignored);
}

std::string shown(const json::value& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  return shortened(printable(json::serialize(value)), 64);
}

}  // namespace telltale
