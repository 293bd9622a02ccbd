// Which checks the answer of a gate is about, in the order they are told.
#include "render/gate_listing.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include <fmt/format.h>

#include "base/printable.hpp"

namespace telltale {
namespace {

std::size_t rank(check_state state) {
  switch (state) {
    case check_state::fail:
      return 0;
    case check_state::pending:
      return 1;
    case check_state::warn:
      return 2;
    case check_state::pass:
      return 3;
  }
  return 0;
}

constexpr std::size_t ranks = check_state_count;
constexpr std::size_t severities = choices<severity>::names.size();

// Within one state, what hurts the gate comes before what only informs.
std::size_t importance(const check_view& view) {
  return rank(view.status.state) * severities + static_cast<std::size_t>(view.config->settings.effective_severity());
}

}  // namespace

gate_listing list_gate(const snapshot& picture, gate which, const std::vector<std::string_view>& excluded) {
  gate_listing out;
  std::unordered_set<std::string_view> asked(excluded.begin(), excluded.end());
  // Of thousands each is looked at once: comparing them with each other would do it a dozen times.
  std::array<std::vector<const check_view*>, ranks * severities> by_importance;
  for (const auto& view : picture.checks) {
    if (!view->config->settings.feeds(which)) continue;
    if (!asked.empty() && asked.erase(view->config->settings.name) > 0) {
      out.excluded.push_back(view->config->settings.name);
    } else {
      by_importance[importance(*view)].push_back(view.get());
    }
  }
  for (const auto& equal : by_importance) out.shown.insert(out.shown.end(), equal.begin(), equal.end());
  for (const auto name : excluded)
    if (asked.erase(name) > 0) out.unknown.push_back(name);
  return out;
}

std::string short_list(const std::vector<std::string_view>& names) {
  constexpr std::size_t most_names = 8;
  constexpr std::size_t most_bytes = 64;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most_names); ++i)
    out += (i == 0 ? "" : ", ") + shortened(printable(names[i]), most_bytes);
  if (names.size() > most_names) out += fmt::format(" and {} more", names.size() - most_names);
  return out;
}

std::string not_shown(std::size_t count) {
  return fmt::format("{} more check{} not shown; see /checks", count, count == 1 ? "" : "s");
}

}  // namespace telltale
