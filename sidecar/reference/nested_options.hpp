// Finds the options inside an option, for documentation.
#pragma once

#include <string_view>
#include <vector>

#include <telltale/option_traits.hpp>

namespace telltale {

/// The options of a group, or those of an entry of a list or map that may be a text or options.
struct nested_options {
  std::string_view separator;  ///< between the names: `basic.user`, `listen[].address`, `values.*.expect`
  std::vector<option_info> members;
};

nested_options nested_in(const option_shape&);

}  // namespace telltale
