// Finds possible secrets by the words around them, because an invalid line has no reliable structure.
#include "diagnostics/masked_line.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/ascii.hpp"

namespace telltale {
namespace {

using range = std::pair<std::size_t, std::size_t>;  // from, behind the last

/// The search takes quadratic time for some lines, so longer ones are masked completely.
constexpr std::size_t longest_searched = 4096;

constexpr std::array<std::string_view, 10> secret_words{"token",  "secret",  "passw",   "authorization", "cookie",
                                                        "apikey", "api-key", "api_key", "credential",    "private"};

/// The value at `from`: quoted, or up to the end of a flow entry or of the line. References are not values.
range value_at(std::string_view line, std::size_t from) {
  while (from < line.size() && line[from] == ' ') ++from;
  if (from >= line.size() || line[from] == '{' || line[from] == '[' || line[from] == '$') return {from, from};
  if (line[from] == '"' || line[from] == '\'') {
    const auto end = line.find(line[from], from + 1);
    return {from + 1, std::min(end, line.size())};
  }
  return {from, std::min(line.find_first_of(",}", from), line.size())};
}

bool is_key_character(char c) { return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.'; }

/// Values of keys for which `wanted` holds.
template <class Predicate>
void values_of_keys(std::string_view line, std::size_t from, std::size_t to, Predicate wanted,
                    std::vector<range>& out) {
  for (auto colon = line.find(':', from); colon < to; colon = line.find(':', colon + 1)) {
    auto start = colon;
    if (start > from && (line[start - 1] == '"' || line[start - 1] == '\'')) --start;
    const auto end = start;
    while (start > from && is_key_character(line[start - 1])) --start;
    if (start < end && wanted(lower(line.substr(start, end - start)))) out.push_back(value_at(line, colon + 1));
  }
}

void url_parts(std::string_view line, std::vector<range>& out) {
  for (auto at = line.find("://"); at != std::string_view::npos; at = line.find("://", at + 3)) {
    const auto start = at + 3;
    const auto end = std::min(line.find_first_of(" \t\"',}", start), line.size());
    const auto path = std::min(line.find_first_of("/?#", start), end);
    if (const auto user = line.rfind('@', path); user != std::string_view::npos && user >= start && user < path)
      out.emplace_back(start, user);
    for (auto sign = line.find_first_of("?&", start); sign < end; sign = line.find('&', sign + 1)) {
      const auto value = line.find('=', sign);
      if (value >= end) break;
      out.emplace_back(value + 1, std::min(line.find_first_of("&#", value), end));
    }
  }
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void find_secrets(std::string_view line, std::vector<range>& hidden) {
  values_of_keys(
      line, 0, line.size(),
      [](const std::string& key) {
        return std::ranges::any_of(secret_words, [&](auto word) { return key.find(word) != std::string::npos; });
      },
      hidden);
  if (const auto headers = lower(line).find("headers:"); headers != std::string::npos)
    if (const auto open = line.find('{', headers); open != std::string_view::npos)
      values_of_keys(
          line, open, line.size(), [](const std::string&) { return true; }, hidden);
  url_parts(line, hidden);
}

}  // namespace

bool leaves_secret_open(std::string_view line) {
  if (line.size() > longest_searched) return true;
  std::vector<range> hidden;
  find_secrets(line, hidden);
  return std::ranges::any_of(hidden, [&](const range& r) { return r.first < r.second && r.second >= line.size(); });
}

std::string hidden_line(std::string_view line) {
  return std::string(line.size() - static_cast<std::size_t>(std::ranges::count_if(line, continues)), '*');
}

std::string masked_line(std::string_view line) {
  if (line.size() > longest_searched) return hidden_line(line);
  std::vector<range> hidden;
  find_secrets(line, hidden);

  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool hide = std::ranges::any_of(hidden, [&](const range& r) { return i >= r.first && i < r.second; });
    if (!hide) out += line[i];
    else if (!continues(line[i])) out += '*';
  }
  return out;
}

}  // namespace telltale
