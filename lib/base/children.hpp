// Registers the worker processes, so that the general reaper leaves their exit status to the pool.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <sys/types.h>

#include "base/exit_status.hpp"

namespace telltale {

/// Called from the event loop's thread only.
void register_child(pid_t);
void unregister_child(pid_t);

/// Collects a registered child that has ended. Returns nothing while it runs. Never blocks.
std::optional<exit_status> collect_child(pid_t);

/// Collects every ended child and keeps the exit status of registered ones for `collect_child`. Returns the number of
/// the others: orphans that the kernel reparented to this process because it is PID 1.
int collect_orphans();

std::vector<pid_t> registered_children();

/// Blocks until these children, which have been killed, are collected, at most for this long.
void await_children(const std::vector<pid_t>&, std::chrono::milliseconds limit);

}  // namespace telltale
