// From the tree of raw values to the configuration.
#pragma once

#include <telltale/raw_value.hpp>

#include "config/config.hpp"

namespace telltale {

inline constexpr std::string_view top_level_keys[] = {"server", "defaults", "checks", "ready_without_checks", "watch"};

/// Applies the declarations and the rules. Every problem of every section is added; the result is meaningful only
/// when there was none. Takes the tree apart.
config assemble_config(raw_value root, const check_table&, problems&);

}  // namespace telltale
