// Looks processes up in /proc: the system calls behind the option `pid`.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace telltale::marker {

/// Larger than every process id: PID_MAX_LIMIT of the kernel is 2^22 (proc(5), pid_max).
inline constexpr std::int64_t process_id_limit = std::int64_t{1} << 22;

struct process_view {
  enum class state_t {
    absent,    ///< none, or one that cannot have written a file: a zombie, a kernel thread, init, telltale itself
    running,   ///< and `started` is known
    ancestor,  ///< telltale was started by it: the application, or only an init or a shell of telltale's container
    hidden,    ///< it is there, but /proc does not show it (hidepid)
    no_proc,   ///< /proc is not mounted
  };
  state_t state = state_t::absent;
  std::chrono::nanoseconds started{0};  ///< since boot, in steps of a clock tick (10 ms)
};

/// The process that calls itself `pid` in telltale's own PID namespace.
process_view look_at_process(pid_t pid);

/// Why a process may run although `look_at_process` does not find it.
enum class blind_spot {
  none,    ///< it does not run
  alone,   ///< nothing proves that telltale sees processes of other containers
  nested,  ///< a process in a PID namespace below ours calls itself `pid`
};

/// Reads all of /proc once: only for a process that was not found. The marker was written at most that long after boot.
blind_spot look_around(pid_t pid, std::chrono::nanoseconds written);

}  // namespace telltale::marker
