// What a new configuration leaves as it was.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "config/config.hpp"

namespace telltale {

/// For each check of the new configuration, the number of the old one that it goes on from, if any.
using kept_checks = std::vector<std::optional<std::size_t>>;

/// A check goes on - with its status, history and what it remembers - when name, type and the type's own options are
/// the same. Cadence, thresholds, gates, severity and texts may differ: what was found stays true.
kept_checks find_kept_checks(const config& before, const config& after);

}  // namespace telltale
