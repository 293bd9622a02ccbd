// Declares and parses the rules.
#include "prometheus/rule.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale {
namespace prometheus {
namespace {

bool is_measurement_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  const auto allowed = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && name.size() <= longest && is_letter(name.front()) && std::ranges::all_of(name, allowed);
}

/// Values are numbers, so an expectation of a text would never hold.
bool is_numeric(const expectation& wanted) {
  const bool compares = wanted.is_ordered() || wanted.wanted == expectation::relation::equal ||
                        wanted.wanted == expectation::relation::not_equal;
  return compares && finite_number_in(wanted.value);
}

std::optional<conditions> parse_conditions(const raw_value& value, std::string_view option, problems& errors) {
  if (value.kind == raw_value::kind_t::map) return option_traits<conditions>::parse(value, option, errors);
  const auto before = errors.size();
  conditions out;
  out.expect = option_traits<expectation>::parse(value, option, errors);
  if (out.expect) out.validate(value.at, errors);
  return errors.size() == before ? std::optional(std::move(out)) : std::nullopt;
}

void name_measurement(rule& one, const rule_list& others, source_location at, problems& errors) {
  one.measured_as = one.wanted.as.value_or(one.what.measurement_name());
  const auto problem = [&](std::string_view why) {
    errors.add(at, fmt::format("values: {} {}; name its measurement with `as`",
                               raw_value::scalar(one.what.text).shown(), why));
  };
  if (one.measured_as.empty()) problem("has no metric name");
  else if (!is_measurement_name(one.measured_as)) problem("has a name that is too long for a measurement");
  else if (std::ranges::find(others, one.measured_as, &rule::measured_as) != others.end())
    problem(fmt::format("has the same measurement as another, {}", one.measured_as));
}

std::optional<rule> parse_rule(const raw_member& member, problems& errors) {
  std::string why;
  auto what = parse_expression(member.key, why);
  if (!what) errors.add(member.at, fmt::format("values: {}: {}", raw_value::scalar(member.key).shown(), why));
  auto wanted = parse_conditions(member.value, "values." + member.key, errors);
  if (!what || !wanted) return std::nullopt;
  return rule{std::move(*what), std::move(*wanted), ""};
}

}  // namespace

options_of<conditions> conditions::declared() {
  using self = conditions;
  return options_of<self>()
      .optional("expect", &self::expect, "A comparison with a number, such as \"< 100\"; the short form is this alone.")
      .optional("warn", &self::warn, "Warn when the value reaches this.")
      .optional("fail", &self::fail, "Fail when the value reaches this.")
      .optional("below", &self::below, "Limits for a value of which less is worse, such as free bytes.")
      .optional("absent", &self::absent,
                "The verdict while no series matches, or a value is NaN; with ignore, `sum` and `avg` leave NaN out.")
      .optional(
          "as", &self::as,
          "The name of the measurement. By default it consists of the functions, the metric and the values of labels, "
          "in lower case, as in `sum_errors_total_500_per_second`.");
}

void conditions::validate(source_location at, problems& errors) const {
  if (expect && !is_numeric(*expect))
    errors.add(at, "expect: expected a comparison with a number, such as \"< 100\": the values of metrics are numbers");
  if (warn && fail && *fail < *warn)
    errors.add(at, "warn must be below fail, or a warning could never be seen; where less is worse, use `below`");
  if (as && !is_measurement_name(*as))
    errors.add(at, "as: expected a name of at most 64 lower-case letters, digits and underscores, such as queue_depth");
}

}  // namespace prometheus

option_shape option_traits<prometheus::rule_list>::shape() {
  const option_shape group = option_traits<prometheus::conditions>::shape();
  const option_shape text_or_group{option_kind::text, {}, {group}, {}};
  return {option_kind::map, {}, {text_or_group}, {}};
}

std::optional<prometheus::rule_list> option_traits<prometheus::rule_list>::parse(const raw_value& value,
                                                                                 std::string_view option,
                                                                                 problems& errors) {
  if (value.kind == raw_value::kind_t::map && value.members.empty()) {
    errors.add(value.at, fmt::format("{}: expected at least one metric, such as {{queue_depth: \"< 100\"}}", option));
    return std::nullopt;
  }
  if (value.kind != raw_value::kind_t::map) {
    detail::wrong_value(value, option, "a map of metrics to what they have to be, such as {queue_depth: \"< 100\"}",
                        errors);
    return std::nullopt;
  }
  const auto before = errors.size();
  prometheus::rule_list out;
  for (const auto& member : value.members) {
    auto one = prometheus::parse_rule(member, errors);
    if (!one) continue;
    prometheus::name_measurement(*one, out, member.at, errors);
    out.push_back(std::move(*one));
  }
  if (out.size() > prometheus::max_rules)
    errors.add(value.at, fmt::format("{}: at most {} values", option, prometheus::max_rules));
  return errors.size() == before ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace telltale
