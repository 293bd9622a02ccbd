// Implements the selection and order of a gate's checks.
#include "render/gate_listing.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

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

// Within one state, checks that affect the gate come first.
std::size_t importance(const check_view& view) {
  return rank(view.status.state) * severities + static_cast<std::size_t>(view.config->settings.effective_severity());
}

/// Returns the unknown names, each once and in request order.
std::vector<std::string_view> unknown_names(const std::vector<std::string_view>& names,
                                            std::unordered_set<std::string_view> not_found) {
  std::vector<std::string_view> out;
  for (const auto name : names)
    if (not_found.erase(name) > 0) out.push_back(name);
  return out;
}

}  // namespace

gate_listing list_gate(const snapshot& snap, gate which, const gate_filter& filter) {
  gate_listing out;
  std::unordered_set<std::string_view> chosen(filter.only.begin(), filter.only.end());
  std::unordered_set<std::string_view> excluded(filter.excluded.begin(), filter.excluded.end());
  // Sorts by bucket: with thousands of checks a comparison sort would read each a dozen times.
  std::array<std::vector<const check_view*>, ranks * severities> by_importance;
  for (const auto& view : snap.checks) {
    const std::string_view name = view->config->settings.name;
    if (!view->config->settings.feeds(which)) continue;
    const bool is_excluded = !excluded.empty() && excluded.erase(name) > 0;
    const bool is_chosen = !chosen.empty() && chosen.erase(name) > 0;
    if (is_chosen) out.only.push_back(name);
    if (is_excluded) out.excluded.push_back(name);
    else if (is_chosen || filter.only.empty()) by_importance[importance(*view)].push_back(view.get());
  }
  for (const auto& equal : by_importance) out.shown.insert(out.shown.end(), equal.begin(), equal.end());
  out.unknown = unknown_names(filter.excluded, std::move(excluded));
  out.unknown_only = unknown_names(filter.only, std::move(chosen));
  return out;
}

std::string short_list(const std::vector<std::string_view>& names) {
  constexpr std::size_t max_names = 8;
  constexpr std::size_t max_bytes = 64;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), max_names); ++i)
    out += (i == 0 ? "" : ", ") + shortened(printable(names[i]), max_bytes);
  if (names.size() > max_names) out += fmt::format(" and {} more", names.size() - max_names);
  return out;
}

std::string not_shown(std::size_t count) {
  return fmt::format("{} more check{} not shown; see /checks", count, count == 1 ? "" : "s");
}

}  // namespace telltale
