// The rights a worker gives up before its first task.
#pragma once

#include <string>

namespace telltale {

/// No new privileges, limits on core files, descriptors and memory, and the filter of system calls; for good. Returns
/// what the kernel refused, for the log; empty when everything holds. A kernel that refuses is no reason not to check.
std::string give_up_rights();

}  // namespace telltale
