// Every check run one time, for `telltale check`.
#pragma once

#include <vector>

#include "config/config.hpp"
#include "results/check_result.hpp"

namespace telltale {

/// Runs the checks side by side, each with its own timeout, in workers as the sidecar does; results are in the order
/// of the configuration. Throws std::runtime_error when a check cannot be built (an unreadable secret).
std::vector<check_result> run_once(const config&);

}  // namespace telltale
