// Parses and evaluates selectors.
#include "prometheus/selector.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "prometheus/text_cursor.hpp"

namespace telltale::prometheus {
namespace {

using relation = label_matcher::relation;

constexpr std::string_view name_label = "__name__";

// Longer operators first: `=~` starts with `=`.
constexpr std::array<std::pair<std::string_view, relation>, 4> operators{{
    {"=~", relation::match},
    {"!~", relation::no_match},
    {"!=", relation::not_equal},
    {"=", relation::equal},
}};

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

/// The character that an escape stands for, as in Go's strings; 0 when there is no such escape.
char escape(char c, char quote) {
  if (c == quote || c == '\\') return c;
  return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : '\0';
}

/// Removes a string in one of PromQL's three quotes. In backquotes there are no escapes.
bool take_string(std::string_view& text, std::string& value, std::string& why) {
  const char quote = text.empty() ? '\0' : text.front();
  if (!is_quote(quote)) return why = "a label value is not in quotes", false;
  std::size_t i = 1;
  for (; i < text.size() && text[i] != quote; ++i) {
    if (text[i] != '\\' || quote == '`') {
      value += text[i];
      continue;
    }
    const char next = ++i < text.size() ? text[i] : '\0';
    const char meant = escape(next, quote);
    if (meant == '\0') return why = fmt::format("\\{0} is no escape; write \\\\{0}, or use `backquotes`", next), false;
    value += meant;
  }
  if (i >= text.size()) return why = "a label value or a name has no closing quote", false;
  text.remove_prefix(i + 1);
  skip_blanks(text);
  return true;
}

bool take_operator(std::string_view& text, label_matcher& one) {
  return std::ranges::any_of(operators, [&](const auto& row) {
    one.wanted = row.second;
    return take(text, row.first);
  });
}

/// Prometheus anchors patterns at both ends, and lets `.` match line breaks.
bool compile(label_matcher& one, std::string& why) {
  std::string error;
  std::string part;
  // First alone: `a)(b` would be valid inside the group.
  if (one.value.empty() || pattern::compile(one.value, error, part))
    one.compiled = pattern::compile(fmt::format("^(?s:{})$", one.value), error, part);
  if (!one.compiled) why = fmt::format("the pattern of {} is not valid: {}", one.label, error);
  return one.compiled.has_value();
}

/// Removes a name, which may be in quotes.
bool take_name(std::string_view& text, std::string& name, std::string& why) {
  if (!text.empty() && is_quote(text.front())) return take_string(text, name, why);
  name = std::string(take_label_name(text));
  return true;
}

bool take_matcher(std::string_view& text, label_matcher& one, std::string& why) {
  if (one.label.empty()) return why = "a label name is missing", false;
  skip_blanks(text);
  if (!take_operator(text, one)) return why = fmt::format("{} needs =, !=, =~ or !~ and a value", one.label), false;
  if (!take_string(text, one.value, why)) return false;
  const bool is_pattern = one.wanted == relation::match || one.wanted == relation::no_match;
  return !is_pattern || compile(one, why);
}

/// Removes matchers, and the name of the metric: in quotes, without an operator behind it.
bool take_matchers(std::string_view& text, selector& out, std::string& why) {
  while (!take(text, "}")) {
    const bool quoted = !text.empty() && is_quote(text.front());
    label_matcher one;
    if (!take_name(text, one.label, why)) return false;
    if (quoted && (text.starts_with(',') || text.starts_with('}'))) {
      if (!out.name.empty()) return why = "the metric name is given twice", false;
      if (one.label.empty()) return why = "a metric name is missing", false;
      out.name = std::move(one.label);
    } else {
      if (!take_matcher(text, one, why)) return false;
      out.matchers.push_back(std::move(one));
    }
    if (!take(text, ",") && !text.starts_with('}')) return why = "a closing brace is missing", false;
  }
  return true;
}

std::string_view value_of(const sample& one, const std::string& label, std::string& storage) {
  if (label == name_label) return one.name;
  const auto found = std::ranges::find_if(
      one.labels, [&](const prometheus::label& each) { return unescaped(each.name, storage) == label; });
  return found == one.labels.end() ? std::string_view() : unescaped(found->escaped, storage);
}

}  // namespace

bool label_matcher::holds(std::string_view actual) const {
  switch (wanted) {
    case relation::equal:
      return actual == value;
    case relation::not_equal:
      return actual != value;
    case relation::match:
      return compiled->found_in(actual);
    case relation::no_match:
      return !compiled->found_in(actual);
  }
  return false;
}

bool selector::matches(const sample& one) const {
  if (!name.empty() && name != one.name) return false;
  std::string storage;
  return std::ranges::all_of(matchers,
                             [&](const label_matcher& m) { return m.holds(value_of(one, m.label, storage)); });
}

std::optional<selector> take_selector(std::string_view& text, std::string& why) {
  selector out;
  out.name = std::string(take_metric_name(text));
  skip_blanks(text);
  const bool braces = take(text, "{");
  if (out.name.empty() && !braces) return why = "a metric name is missing", std::nullopt;
  if (braces && !take_matchers(text, out, why)) return std::nullopt;
  const auto requires_one = [](const label_matcher& m) { return !m.holds(""); };
  if (out.name.empty() && std::ranges::none_of(out.matchers, requires_one))
    return why = "it selects every series; give a metric name or a label value", std::nullopt;
  return out;
}

}  // namespace telltale::prometheus
