// Builds the configuration from the tree of raw values.
#pragma once

#include <telltale/raw_value.hpp>

#include "config/config.hpp"

namespace telltale {

inline constexpr std::string_view top_level_keys[] = {"server", "defaults", "checks", "ready_without_checks", "watch"};

/// Applies the declarations and the rules. Adds every problem of every section; the result is valid only if there is
/// none. Adds a hint for what is valid but probably not meant so. Moves from the tree.
config assemble_config(raw_value root, const check_table&, problems&, problems& hints);

}  // namespace telltale
