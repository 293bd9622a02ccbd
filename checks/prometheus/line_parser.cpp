// Implements the parser: name, labels, value, timestamp, exemplar.
#include "prometheus/line_parser.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "prometheus/number.hpp"
#include "prometheus/text_cursor.hpp"

namespace telltale::prometheus {
namespace {

constexpr std::string_view fine;

std::string_view take_token(std::string_view& text) {
  const auto token = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(token.size());
  skip_blanks(text);
  return token;
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Reads the value up to its closing quote; the opening one has been read.
std::string_view take_quoted(std::string_view& text, std::string_view& value) {
  std::size_t i = 0;
  unsigned char bits = 0;
  for (bool escaped = false; i < text.size() && (escaped || text[i] != '"'); ++i) {
    bits |= static_cast<unsigned char>(text[i]);
    escaped = !escaped && text[i] == '\\';
  }
  if (i >= text.size()) return "a label value has no closing quote";
  value = text.substr(0, i);
  text.remove_prefix(i + 1);
  skip_blanks(text);
  return bits < 0x80 || is_valid_utf8(value) ? fine : "a label value is not valid UTF-8";
}

/// Reads a name in quotes, as Prometheus 3 writes those with characters other than letters, digits and underscores.
std::string_view take_quoted_name(std::string_view& text, std::string_view& name) {
  text.remove_prefix(1);
  const auto why = take_quoted(text, name);
  return why.empty() && !name.empty() ? fine : "a name in quotes is not valid";
}

/// Reads a label; or the name of the metric, which is in quotes and has no value, when `metric` is given and empty.
std::string_view take_label(std::string_view& text, std::vector<label>& into, std::string_view* metric) {
  label one;
  const bool quoted = text.starts_with('"');
  if (!quoted) one.name = take_label_name(text);
  else if (const auto why = take_quoted_name(text, one.name); !why.empty()) return why;
  if (one.name.empty()) return "a label has no valid name";
  skip_blanks(text);
  if (quoted && metric && metric->empty() && !text.starts_with('=')) {
    *metric = one.name;
    return fine;
  }
  if (!take(text, "=")) return "a label has no value";
  if (!text.starts_with('"')) return "a label value is not in quotes";
  text.remove_prefix(1);
  if (const auto why = take_quoted(text, one.escaped); !why.empty()) return why;
  if (std::ranges::find(into, one.name, &label::name) != into.end()) return "a label appears twice";
  if (into.size() == line_parser::max_labels) return "it has too many labels";
  into.push_back(one);
  return fine;
}

/// Reads labels up to the closing brace; the opening one has been read. `metric` receives the metric's name in quotes.
std::string_view take_labels(std::string_view& text, std::vector<label>& into, std::string_view* metric = nullptr) {
  into.clear();
  while (!text.starts_with('}')) {
    if (const auto why = take_label(text, into, metric); !why.empty()) return why;
    if (!take(text, ",") && !text.starts_with('}')) return "its labels are not closed by a brace";
  }
  text.remove_prefix(1);
  return fine;
}

bool is_number(std::string_view text) {
  const auto value = parse_value(text);
  return value && *value == *value;  // not NaN
}

/// Reads `{labels} value [timestamp]` after the `#` of an exemplar.
bool is_exemplar(std::string_view text, std::vector<label>& labels) {
  skip_blanks(text);
  if (!take(text, "{") || !take_labels(text, labels).empty()) return false;
  skip_blanks(text);
  if (!parse_value(take_token(text))) return false;
  return text.empty() || (is_number(take_token(text)) && text.empty());
}

}  // namespace

line_kind line_parser::broken(std::string_view why) {
  problem_ = why;
  return line_kind::broken;
}

line_kind line_parser::parse(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line == "# EOF") return line_kind::end;
  skip_blanks(line);
  if (line.empty() || line.front() == '#') return line_kind::nothing;
  return parse_sample(line);
}

line_kind line_parser::parse_sample(std::string_view rest) {
  const auto* const begin = rest.data();
  found_.labels.clear();
  constexpr std::string_view no_name = "it does not begin with a metric name";
  found_.name = take_metric_name(rest);
  if (found_.name.empty() && !rest.starts_with('{')) return broken(no_name);
  found_.series = found_.name;
  const auto blank = rest.size();
  skip_blanks(rest);
  bool separated = rest.size() < blank;
  if (take(rest, "{")) {
    if (const auto why = take_labels(rest, found_.labels, &found_.name); !why.empty()) return broken(why);
    if (found_.name.empty()) return broken(no_name);
    found_.name = unescaped(found_.name, name_);
    found_.series = {begin, static_cast<std::size_t>(rest.data() - begin)};
    separated = true;
    skip_blanks(rest);
  }
  if (rest.empty()) return broken("it has no value");
  if (!separated) return broken("its metric name has invalid characters");
  const auto value = parse_value(take_token(rest));
  if (!value) return broken("its value is not a number");
  found_.value = *value;
  if (!rest.empty() && rest.front() != '#' && !is_number(take_token(rest)))
    return broken("its timestamp is not a number");
  if (rest.empty()) return line_kind::sample;
  if (rest.front() != '#') return broken("text follows the value");
  rest.remove_prefix(1);
  return is_exemplar(rest, exemplar_) ? line_kind::sample : broken("its exemplar is not valid");
}

}  // namespace telltale::prometheus
