// Compares the values of JSON documents with expectations.
#include "expect/json_values.hpp"

#include <cmath>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <fmt/format.h>

#include "base/words.hpp"
#include "expect/json_pointer.hpp"
#include "expect/json_text.hpp"

namespace telltale {
namespace {

namespace json = boost::json;
using relation = expectation::relation;

/// Exactly: "3" is a number in SQL, but a text in JSON.
bool holds_for_text(std::string_view found, const expectation& wanted) {
  if (wanted.wanted == relation::equal) return found == wanted.value;
  if (wanted.wanted == relation::not_equal) return found != wanted.value;
  return wanted.holds(found);
}

bool holds_for_word(std::string_view found, const expectation& wanted) {
  return !wanted.is_ordered() && holds_for_text(found, wanted);
}

bool holds_for_null(const expectation& wanted) {
  return wanted.value == "null" && !wanted.compiled ? wanted.wanted == relation::equal : wanted.holds(std::nullopt);
}

bool holds(const json::value& found, const expectation& wanted) {
  switch (found.kind()) {
    case json::kind::string:
      return holds_for_text(std::string_view(found.get_string()), wanted);
    case json::kind::bool_:
      return holds_for_word(found.get_bool() ? "true" : "false", wanted);
    case json::kind::null:
      return holds_for_null(wanted);
    case json::kind::object:
    case json::kind::array:
      return wanted.wanted == relation::not_equal || wanted.wanted == relation::no_match;
    default:
      return wanted.holds(json::serialize(found));
  }
}

/// Whether the value is a whole number beyond 64 bits, which Boost.JSON has rounded, and only its last digits could
/// tell it from the expected one.
bool is_rounded(const json::value& found, const expectation& wanted) {
  constexpr double beyond = 18446744073709551616.0;
  if (!found.is_double() || std::abs(found.get_double()) < beyond || wanted.compiled) return false;
  const bool whole = wanted.value.find_first_not_of("-0123456789") == std::string::npos;
  return whole && finite_number_in(wanted.value) == found.get_double();
}

finding mismatch(std::string sentence) { return {verdict::fail, reason::mismatch, std::move(sentence)}; }

/// An empty text is an ordinary value in JSON.
std::optional<expectation> parse_value(const raw_value& value, const std::string& option, problems& errors) {
  if (value.kind == raw_value::kind_t::scalar && value.text.empty()) return expectation();
  return option_traits<expectation>::parse(value, option, errors);
}

}  // namespace

finding judge_values(const json::value& root, const json_values& values) {
  for (const auto& [pointer, wanted] : values.wanted) {
    const auto* value = find_json(root, pointer);
    if (!value) return mismatch(unmet(fmt::format("has no {}", pointer), wanted));
    if (is_rounded(*value, wanted))
      return mismatch(fmt::format("has {} {}, a number beyond 64 bits, which cannot be compared exactly with {}",
                                  pointer, shown(*value), wanted.value));
    if (!holds(*value, wanted)) return mismatch(unmet(fmt::format("has {} {}", pointer, shown(*value)), wanted));
  }
  return {};
}

finding judge_json(std::string_view text, const json_values& values) {
  std::string why;
  const auto root = parse_json(text, why);
  return root ? judge_values(*root, values) : mismatch(std::move(why));
}

std::optional<json_values> option_traits<json_values>::parse(const raw_value& value, std::string_view option,
                                                             problems& errors) {
  if (value.kind != raw_value::kind_t::map) {
    detail::wrong_value(value, option, "a map of JSON pointers to values", errors);
    return std::nullopt;
  }
  const auto before = errors.size();
  json_values out;
  for (const auto& member : value.members) {
    check_json_pointer(option, member.key, member.at, errors);
    if (auto parsed = parse_value(member.value, fmt::format("{}.{}", option, member.key), errors))
      out.wanted.emplace(member.key, std::move(*parsed));
  }
  return errors.size() == before ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace telltale
