// Starts the worker program with nothing inherited but what it shares with the program.
#pragma once

#include <optional>
#include <string>
#include <system_error>

#include "base/child_process.hpp"
#include "worker/exit_status.hpp"

namespace telltale {

/// What a worker is given, as descriptors of the program; it finds them where worker_main.hpp says.
struct worker_descriptors {
  int socket = -1;
  int watch = -1;
  int ledger = -1;
};

/// Runs `program worker` with these in a child, see `start_child`. The program is loaded in the child: its file may be
/// on a mount that hangs. Why it could not be loaded is told by `why_not_started`.
///
/// "/proc/self/exe" means the running program even when its file was replaced or deleted since.
child_process spawn_worker(const std::string& program, const worker_descriptors&, std::error_code&);

/// The reason when this is how a process ended that could not become the worker program; nothing for any other end.
std::optional<std::string> why_not_started(const exit_status&);

}  // namespace telltale
