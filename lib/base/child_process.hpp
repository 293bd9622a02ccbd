// Starts child processes that inherit only the given descriptors.
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

/// The number of a child's first given descriptor.
inline constexpr int first_given = 3;
/// Exit codes of a child from this value on are an errno plus `child_failed`; `body` returns smaller values.
inline constexpr int child_failed = 128;

/// Runs `body` in a copy of this process; its result is the exit code. The copy has one thread: a `body` that
/// does more than call async-signal-safe functions needs a program that has one as well. The child has `given` (at most
/// 4) as descriptors 3, 4, ..., /dev/null as 0 to 2, no other descriptor, no signal blocked, ignored or handled, and a
/// process group of its own (a Ctrl-C on the terminal is for the program).
///
/// Returns without waiting for the child, which may be stopped or may execute a program on a mount that hangs.
/// (posix_spawn and vfork suspend the caller until the child has executed it.) Errors in the child are therefore exit
/// codes of `child_failed` and above; the error returned here is EAGAIN, ENOMEM or EMFILE.
child_process start_child(std::span<const int> given, const std::function<int()>& body, std::error_code&);

/// Uses the pidfd, because the pid may be reused once the child has been reaped.
void kill_child(int pidfd);

}  // namespace telltale
