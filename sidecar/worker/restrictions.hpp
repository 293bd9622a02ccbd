// Restricts a worker process before its first run.
#pragma once

#include <string>

namespace telltale {

/// Sets no_new_privs, limits for core files, descriptors and memory, and the system call filter, all irreversible.
/// Returns what the kernel refused, for the log; empty on success. Workers run with whatever was applied.
std::string apply_restrictions();

}  // namespace telltale
