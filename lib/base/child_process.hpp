// Starts child processes that inherit nothing but the descriptors they are given.
#pragma once

#include <sys/types.h>

#include <functional>
#include <span>
#include <system_error>

#include "base/descriptor.hpp"

namespace telltale {

struct child_process {
  pid_t pid = -1;
  descriptor pidfd;  ///< close-on-exec
};

/// The number at which a child finds the first of its descriptors.
inline constexpr int first_given = 3;
/// Exit codes of a child from here on are an errno; what `body` returns otherwise is below.
inline constexpr int child_failed = 128;

/// Runs `body` in a copy of this process, which ends with what `body` returns. The copy has one thread: a `body` that
/// does more than call async-signal-safe functions needs a program that has one as well. The child has `given` (at most
/// 4) as descriptors 3, 4, ..., /dev/null as 0 to 2, no other descriptor, no signal blocked, ignored or handled, and a
/// process group of its own (a Ctrl-C on the terminal is for the program).
///
/// Returns without waiting for the child, which may be stopped by somebody or execute a program on a mount that hangs.
/// (posix_spawn and vfork suspend the caller until then, for ever if need be.) What goes wrong in the child is
/// therefore its exit code, `child_failed` and more; the error is EAGAIN, ENOMEM or EMFILE.
child_process start_child(std::span<const int> given, const std::function<int()>& body, std::error_code&);

/// Through the pidfd: the number may belong to another process once the child was collected.
void kill_child(int pidfd);

}  // namespace telltale
