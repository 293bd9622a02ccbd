// Which checks of a gate a request is about: ?only=NAME and ?exclude=NAME.
#pragma once

#include <string_view>
#include <vector>

namespace telltale {

/// Names as asked for, known or not, perhaps more than once.
struct gate_filter {
  std::vector<std::string_view> only = {};      ///< empty: every check that feeds the gate
  std::vector<std::string_view> excluded = {};  ///< of those
  bool is_empty() const { return only.empty() && excluded.empty(); }
};

}  // namespace telltale
