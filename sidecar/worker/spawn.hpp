// Starts a worker process that inherits only the descriptors it shares with the program.
#pragma once

#include <optional>
#include <string>
#include <system_error>

#include "base/child_process.hpp"
#include "worker/exit_status.hpp"

namespace telltale {

/// Descriptors in the program that the worker inherits, under the numbers in worker_main.hpp.
struct worker_descriptors {
  int socket = -1;
  int deadline_timer = -1;
  int result_buffer = -1;
};

/// Runs `program worker` with these descriptors in a child, see `start_child`. The child loads the program, because its
/// file may be on a hung mount; `why_not_started` explains a failure.
///
/// "/proc/self/exe" is the running program even when its file has been replaced or deleted.
child_process spawn_worker(const std::string& program, const worker_descriptors&, std::error_code&);

/// Explains an exit status of a process that could not execute the worker program. Returns nothing for any other exit.
std::optional<std::string> why_not_started(const exit_status&);

}  // namespace telltale
