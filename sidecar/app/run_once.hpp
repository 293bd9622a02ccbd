// Runs every check once, for `telltale check`.
#pragma once

#include <vector>

#include "config/config.hpp"
#include "results/check_result.hpp"
#include "scheduler/deep_check_record.hpp"

namespace telltale {

/// The deep checks of earlier runs, one record per check.
using deep_check_records = std::vector<deep_check_record>;

/// Runs the checks in parallel, each with its own timeout, in workers as the sidecar does. Results are in configuration
/// order. A deep check that has passed in an earlier run with these records is not repeated, because it may read
/// gigabytes. Throws std::runtime_error when a check cannot be built (an unreadable secret).
std::vector<check_result> run_once(const config&, deep_check_records&);

}  // namespace telltale
