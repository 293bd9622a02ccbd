// What a worker may ask of the kernel: a list of what it may not, as a seccomp program.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace telltale {

/// The filter for a process with this id, for x86-64 and AArch64; empty on any other machine. What is denied fails with
/// EPERM; a system call of another machine's table (32 bit, x32) kills, since its numbers mean something else.
///
/// It is a list of denials and not of permissions: a check of somebody else's, a newer C library or a name service
/// module may need a harmless call that nobody here has thought of, and a health check that dies of that is a false
/// alarm. docs/decisions/010 says what is denied and why.
std::vector<sock_filter> syscall_filter(unsigned process_id);

}  // namespace telltale
