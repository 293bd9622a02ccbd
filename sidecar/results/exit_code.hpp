// Defines the exit codes that all commands share.
#pragma once

namespace telltale {

inline constexpr int exit_ok = 0;
inline constexpr int exit_unhealthy = 1;  ///< a gate or check is not healthy, a wait timed out
inline constexpr int exit_usage = 2;      ///< bad arguments, bad configuration, address in use: nothing was started

}  // namespace telltale
