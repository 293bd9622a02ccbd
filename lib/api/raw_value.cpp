// Implements configuration trees, their values in error messages, and the "did you mean" search.
#include <telltale/raw_value.hpp>

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace telltale {

raw_value raw_value::scalar(std::string text, source_location at) {
  raw_value out;
  out.kind = kind_t::scalar;
  out.at = at;
  out.text = std::move(text);
  return out;
}

raw_value raw_value::list(std::vector<raw_value> items, source_location at) {
  raw_value out;
  out.kind = kind_t::list;
  out.at = at;
  out.items = std::move(items);
  return out;
}

raw_value raw_value::map(std::vector<raw_member> members, source_location at) {
  raw_value out;
  out.kind = kind_t::map;
  out.at = at;
  out.members = std::move(members);
  return out;
}

const raw_value* raw_value::find(std::string_view key) const {
  for (const auto& member : members)
    if (member.key == key) return &member.value;
  return nullptr;
}

std::string_view raw_value::kind_name() const {
  switch (kind) {
    case kind_t::null:
      return "nothing";
    case kind_t::scalar:
      return "a single value";
    case kind_t::list:
      return "a list";
    case kind_t::map:
      return "a map";
  }
  return "nothing";
}

std::string raw_value::shown() const {
  if (kind != kind_t::scalar) return std::string(kind_name());
  if (expanded) return "the value of a ${variable} (not shown)";
  constexpr std::size_t longest = 40;
  std::string out = "'";
  for (char c : text) {
    if (out.size() >= longest) {
      // never end inside a UTF-8 sequence
      while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
      if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
      out += "...";
      break;
    }
    out += is_control(c) ? ' ' : c;
  }
  return out + "'";
}

namespace {

/// Optimal string alignment distance: insert, delete, replace and swap of neighbours cost one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t differs = a[i - 1] != b[j - 1];
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + differs});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t longest_word = 64;  // bounds the matrix for a key of a megabyte
  if (word.empty() || word.size() > longest_word) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (auto candidate : candidates) {
    if (candidate.size() > longest_word) continue;
    if (auto distance = edit_distance(word, candidate); distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
  const auto near = nearest(word, candidates);
  return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

}  // namespace telltale
