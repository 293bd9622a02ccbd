// Builds the seccomp filter with the system calls that a worker must not use.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace telltale {

/// Returns the filter for the process with this id on x86-64 and AArch64; empty on other machines. Denied calls fail
/// with EPERM. A call of another ABI (32 bit, x32) kills the process, because its numbers have other meanings.
///
/// The filter lists denials, not permissions: a third-party check, a newer C library or a name service module may need
/// a harmless call that is not foreseen here. Denying it would raise a false alarm. docs/decisions/010 explains each
/// denial.
std::vector<sock_filter> syscall_filter(unsigned process_id);

}  // namespace telltale
