// Which child processes are workers, so that a general reaper leaves their exit status to the pool.
#pragma once

#include <optional>

#include <sys/types.h>

#include "worker/exit_status.hpp"

namespace telltale {

/// Used from the loop's thread only.
void watch_child(pid_t);
void unwatch_child(pid_t);

/// Collects a watched child that has ended; nothing while it lives. Never blocks.
std::optional<exit_status> collect_child(pid_t);

/// Collects every ended child. The exit status of watched ones is kept for `collect_child`; returns how many others
/// there were: orphans that the kernel handed to this process because it is PID 1.
int collect_orphans();

}  // namespace telltale
