// Implements the lookup of paths.
#include "routes/paths.hpp"

namespace telltale {

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
