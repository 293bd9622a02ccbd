// Runs every check once, for `telltale check`.
#pragma once

#include <vector>

#include "config/config.hpp"
#include "results/check_result.hpp"

namespace telltale {

/// Runs the checks in parallel, each with its own timeout, in workers as the sidecar does. Results are in configuration
/// order. A slow check that has passed in an earlier run of the same configuration, with the results `before`, is not
/// repeated, because it may read gigabytes. Throws std::runtime_error when a check cannot be built (an unreadable
/// secret).
std::vector<check_result> run_once(const config&, std::vector<check_result> before);

}  // namespace telltale
