// Starts the worker program with nothing inherited but what it shares with the program.
#pragma once

#include <optional>
#include <string>
#include <system_error>

#include <sys/types.h>

#include "worker/exit_status.hpp"

namespace telltale {

struct spawned {
  pid_t pid = -1;
  int pidfd = -1;  ///< close-on-exec; the caller's
};

/// What a worker is given, as descriptors of the program; it finds them where worker_main.hpp says.
struct worker_descriptors {
  int socket = -1;
  int watch = -1;
  int ledger = -1;
};

/// Runs `program worker` with these, /dev/null as 0 to 2, no other descriptor, no signal blocked or ignored, in a
/// process group of its own (a Ctrl-C on the terminal is for the program, which drains first).
///
/// Returns without waiting for the program to be loaded: its file may be on a mount that hangs, or the new process may
/// be stopped by somebody. (posix_spawn and vfork suspend the caller until then, for ever if need be.) What goes wrong
/// in the new process is therefore its exit status, see `why_not_started`; the error is EAGAIN, ENOMEM or EMFILE.
///
/// "/proc/self/exe" means the running program even when its file was replaced or deleted since.
spawned spawn_worker(const std::string& program, const worker_descriptors&, std::error_code&);

/// The reason when this is how a process ended that could not become the worker program; nothing for any other end.
std::optional<std::string> why_not_started(const exit_status&);

}  // namespace telltale
