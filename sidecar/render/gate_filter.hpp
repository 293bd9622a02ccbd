// Selects checks of a gate: ?only=NAME and ?exclude=NAME.
#pragma once

#include <string_view>
#include <vector>

namespace telltale {

/// The requested names, known or unknown, possibly repeated.
struct gate_filter {
  std::vector<std::string_view> only = {};      ///< empty: every check that feeds the gate
  std::vector<std::string_view> excluded = {};  ///< removed from the selection
  bool is_empty() const { return only.empty() && excluded.empty(); }
};

}  // namespace telltale
