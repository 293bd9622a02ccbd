// Judges whether the process that wrote a marker still runs. No I/O.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "marker/freshness.hpp"
#include "marker/process.hpp"

namespace telltale::marker {

/// File times may have a resolution of two seconds, and resuming a suspended machine sets the clock to whole seconds.
/// Process ids are not reused that soon.
inline constexpr std::chrono::seconds start_tolerance{2};

/// Whether a process with this start time since boot can have written a file with this modification time.
bool may_have_written(std::chrono::nanoseconds started, wall_time modified, const moments&);

/// The finding for a writer that was not found or that is younger than the marker.
finding judge_absent_writer(const std::string& path, pid_t, const process_view&, blind_spot);

}  // namespace telltale::marker
