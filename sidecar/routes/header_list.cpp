// Implements parsing of comma-separated header values.
#include "routes/header_list.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale {
namespace {

// Removes and returns the part before the first unquoted `separator`.
std::string_view next_part(std::string_view& rest, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    if (rest[end] == '"') quoted = !quoted;
    else if (quoted && rest[end] == '\\' && end + 1 < rest.size()) ++end;
    else if (!quoted && rest[end] == separator) break;
  }
  const auto part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(part);
}

// qvalue: 0 to 1 with at most three decimals (RFC 9110, section 12.4.2).
std::optional<double> parse_weight(std::string_view text) {
  const bool decimals = text.size() < 2 || text[1] == '.';
  if (!decimals || text.size() > 5 || text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
  const auto weight = number_in<double>(text);
  return weight && *weight <= 1 ? weight : std::nullopt;
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::optional<weighted_element> parse_element(std::string_view text) {
  weighted_element out;
  out.value = next_part(text, ';');
  if (out.value.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto parameter = next_part(text, ';');
    const auto equals = std::min(parameter.find('='), parameter.size());
    const auto name = trimmed(parameter.substr(0, equals));
    const auto value = trimmed(parameter.substr(std::min(equals + 1, parameter.size())));
    if (equal_ignoring_case(name, "q")) {
      const auto weight = parse_weight(value);
      if (!weight) return std::nullopt;
      out.weight = *weight;
    } else if (!name.empty()) {
      out.parameters.emplace_back(name, unquoted(value));
    }
  }
  return out;
}

}  // namespace

std::vector<weighted_element> weighted_elements(std::string_view header) {
  std::vector<weighted_element> out;
  while (!header.empty())
    if (auto element = parse_element(next_part(header, ','))) out.push_back(std::move(*element));
  return out;
}

}  // namespace telltale
