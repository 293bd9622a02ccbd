// Combines the result of a check with those of earlier ones.
#pragma once

#include <chrono>

#include <telltale/clock.hpp>
#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

#include "sqlite_integrity/options.hpp"

namespace telltale::sqlite {

/// Damage stays a failure until a check finds the database intact: one that was not completed clears nothing.
/// Measures when the database was last found intact, and judges how long ago that is when it was not checked. Without
/// I/O; keeps its state in `kept`. `wall` is the wall-clock time at `now`.
outcome record(outcome found, const integrity_check_options&, memory& kept, boot_clock::time_point now,
               std::chrono::system_clock::time_point wall);

}  // namespace telltale::sqlite
