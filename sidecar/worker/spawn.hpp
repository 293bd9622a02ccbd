// Starts a worker process that inherits only the descriptors it shares with the program.
#pragma once

#include <optional>
#include <string>
#include <system_error>

#include <sys/types.h>

#include "worker/exit_status.hpp"

namespace telltale {

struct spawned {
  pid_t pid = -1;
  int pidfd = -1;  ///< close-on-exec; owned by the caller
};

/// Descriptors in the program that the worker inherits, under the numbers in worker_main.hpp.
struct worker_descriptors {
  int socket = -1;
  int deadline_timer = -1;
  int result_buffer = -1;
};

/// Runs `program worker` with these descriptors, /dev/null as 0 to 2, no blocked or ignored signals, and a process
/// group of its own: a Ctrl-C on the terminal reaches only the program, which drains first.
///
/// Returns before the program is loaded, because its file may be on a hung mount or the new process may be stopped.
/// (posix_spawn and vfork suspend the caller until exec.) A failure in the new process is therefore reported as its
/// exit status, see `why_not_started`. The error is EAGAIN, ENOMEM or EMFILE.
///
/// "/proc/self/exe" is the running program even when its file has been replaced or deleted.
spawned spawn_worker(const std::string& program, const worker_descriptors&, std::error_code&);

/// Explains an exit status of a process that could not execute the worker program. Returns nothing for any other exit.
std::optional<std::string> why_not_started(const exit_status&);

}  // namespace telltale
