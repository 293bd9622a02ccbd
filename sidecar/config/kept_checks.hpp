// Finds the checks that a reload keeps.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "config/config.hpp"

namespace telltale {

/// For each check of the new configuration, the index of the old check that it continues, if any.
using kept_checks = std::vector<std::optional<std::size_t>>;

/// A check continues, with its status, history and state, when its name, type and type-specific options are the same.
/// Intervals, thresholds, gates, severity and texts may differ, because earlier results remain valid.
kept_checks find_kept_checks(const config& before, const config& after);

}  // namespace telltale
