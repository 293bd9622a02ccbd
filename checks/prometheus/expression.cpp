// Parses expressions, and explains PromQL that they do not have.
#include "prometheus/expression.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "prometheus/text_cursor.hpp"

namespace telltale::prometheus {
namespace {

/// Removes `NAME(`.
bool take_call(std::string_view& text, std::string_view name) {
  auto rest = text;
  if (!take(rest, name) || !take(rest, "(")) return false;
  text = rest;
  return true;
}

std::size_t take_calls(std::string_view& text, expression& out) {
  std::size_t open = 0;
  for (std::size_t i = 1; i < aggregation_names.size() && open == 0; ++i)
    if (take_call(text, aggregation_names[i])) {
      out.over = static_cast<aggregation>(i);
      ++open;
    }
  out.rate = take_call(text, "rate");
  return open + (out.rate ? 1 : 0);
}

/// Appends the letters and digits of a text, in lower case, with single underscores between them.
void add_words(std::string& name, std::string_view text) {
  bool separate = !name.empty();
  for (const char c : text) {
    if (is_letter_or_digit(c)) {
      if (separate) name += '_';
      name += lower(c);
    }
    separate = !is_letter_or_digit(c) && !name.empty();
  }
}

/// Why text is left over after the selector.
std::string explain_rest(std::string_view rest, const selector& before) {
  if (rest.starts_with('('))
    return fmt::format("{}() is not known; known: sum, max, min, avg, count, rate", before.name);
  if (rest.starts_with('['))
    return "a range such as [5m] does not belong here: rate() is measured between two runs of the check, see "
           "rate_window";
  const bool grouping = before.name == "sum" || before.name == "max" || before.name == "min" || before.name == "avg";
  if (grouping)
    return fmt::format("{} by labels is not supported; select the labels, or judge each series", before.name);
  return fmt::format("'{}' does not belong here; the comparison is the value of this option", rest);
}

}  // namespace

std::string expression::measurement_name() const {
  if (what.name.empty()) return "";
  std::string out;
  if (over != aggregation::each) add_words(out, aggregation_names[static_cast<std::size_t>(over)]);
  add_words(out, what.name);
  for (const auto& each : what.matchers)
    if (each.wanted == label_matcher::relation::equal) add_words(out, each.value);
  return rate ? out + "_per_second" : out;
}

std::optional<expression> parse_expression(std::string_view text, std::string& why) {
  expression out;
  out.text = std::string(text);
  skip_blanks(text);
  auto open = take_calls(text, out);
  auto found = take_selector(text, why);
  if (!found) return std::nullopt;
  out.what = std::move(*found);
  while (open > 0 && take(text, ")")) --open;
  if (!text.empty()) return why = explain_rest(text, out.what), std::nullopt;
  if (open > 0) return why = "a closing parenthesis is missing", std::nullopt;
  return out;
}

}  // namespace telltale::prometheus
