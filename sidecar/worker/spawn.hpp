// Starts the worker program with nothing inherited but one socket.
#pragma once

#include <string>
#include <system_error>

#include <sys/types.h>

namespace telltale {

/// Runs `program worker` with `socket` as descriptor 3, /dev/null as 0 to 2, no other descriptor, no signal blocked or
/// ignored, in a process group of its own (a Ctrl-C on the terminal is for the program, which drains first).
///
/// "/proc/self/exe" means the running program even when its file was replaced or deleted since: the kernel resolves it
/// in the new process, which at that moment still shares this program's memory (clone(2) with CLONE_VM).
pid_t spawn_worker(const std::string& program, int socket, std::error_code&);

}  // namespace telltale
