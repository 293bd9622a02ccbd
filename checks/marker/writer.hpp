// Does the process that wrote a marker still run? Clocks and process ids in, sentences out; no I/O.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "marker/freshness.hpp"
#include "marker/process.hpp"

namespace telltale::marker {

/// File times may be kept in steps of two seconds, and resuming a suspended machine sets the clock to whole seconds. A
/// process id is not given out again that soon.
inline constexpr std::chrono::seconds start_tolerance{2};

/// Whether a process that started so long after boot can have written a file with this modification time.
bool may_have_written(std::chrono::nanoseconds started, wall_time modified, const moments&);

/// What to say of a writer that was not found, or that is younger than the marker.
finding judge_absent_writer(const std::string& path, pid_t, const process_view&, blind_spot);

}  // namespace telltale::marker
