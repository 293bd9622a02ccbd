// Runs every check once, for `telltale check`.
#pragma once

#include <vector>

#include "config/config.hpp"
#include "results/check_result.hpp"

namespace telltale {

/// Runs the checks in parallel, each with its own timeout, in workers as the sidecar does. Results are in configuration
/// order. Throws std::runtime_error when a check cannot be built (an unreadable secret).
std::vector<check_result> run_once(const config&);

}  // namespace telltale
