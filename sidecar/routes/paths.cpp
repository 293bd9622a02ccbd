// Implements the lookup of paths.
#include "routes/paths.hpp"

#include <algorithm>

namespace telltale {

bool serves(const std::vector<served>& parts, endpoint what) {
  const auto has = [&](served part) { return std::ranges::find(parts, part) != parts.end(); };
  switch (what) {
    case endpoint::gate:
      return has(served::gates);
    case endpoint::metrics:
      return has(served::metrics);
    case endpoint::checks:
    case endpoint::one_check:
      return has(served::checks);
    case endpoint::index:
    case endpoint::ping:
      break;
  }
  return true;
}

std::optional<found_path> find_path(std::string_view path) {
  if (path.size() > 2 && path.ends_with('/')) path.remove_suffix(1);
  for (const auto& row : path_table)
    if (row.path == path) return found_path{row, {}};
  constexpr std::string_view before = "/checks/";
  if (!path.starts_with(before)) return std::nullopt;
  const auto name = path.substr(before.size());
  if (name.empty() || name.find('/') != std::string_view::npos) return std::nullopt;
  return found_path{one_check_row, name};
}

}  // namespace telltale
