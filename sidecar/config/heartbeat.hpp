// How often the event loop shows that it turns, and from when it counts as standing still.
#pragma once

#include <chrono>

namespace telltale {

/// The loop turns at least this often, whatever the checks' intervals.
inline constexpr std::chrono::seconds heartbeat_period{1};

/// A loop that has not turned for this long stood still: it is not alive, and after it every earlier result is
/// distrusted. Well above heartbeat_period and any CPU throttling (cfs_period is 100 ms), well below the kubelet's
/// patience (3 x 10 s by default).
inline constexpr std::chrono::seconds heartbeat_limit{5};

}  // namespace telltale
