// The period of the event loop's heartbeat, and the limit after which the loop counts as stalled.
#pragma once

#include <chrono>

namespace telltale {

/// The loop runs an iteration at least this often, independent of the checks' intervals.
inline constexpr std::chrono::seconds heartbeat_period{1};

/// A loop without an iteration for this long is stalled: it is not alive, and results from before the stall are not
/// valid. Well above heartbeat_period and CPU throttling (cfs_period is 100 ms), well below the kubelet's limit
/// (3 x 10 s by default).
inline constexpr std::chrono::seconds heartbeat_limit{5};

}  // namespace telltale
