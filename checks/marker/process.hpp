// Finds processes in /proc for the option `pid`.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace telltale::marker {

/// Larger than every process id: PID_MAX_LIMIT of the kernel is 2^22 (proc(5), pid_max).
inline constexpr std::int64_t process_id_limit = std::int64_t{1} << 22;

struct process_view {
  enum class state_t {
    absent,    ///< none, or one that cannot be a writer: a zombie, a kernel thread, init, telltale itself
    running,   ///< it runs, and `started` is set
    ancestor,  ///< an ancestor of telltale: the application, or an init or a shell of telltale's container
    hidden,    ///< it exists, but /proc does not show it (hidepid)
    no_proc,   ///< /proc is not mounted
  };
  state_t state = state_t::absent;
  std::chrono::nanoseconds started{0};  ///< since boot, in steps of a clock tick (10 ms)
};

/// The process that calls itself `pid` in telltale's own PID namespace.
process_view find_process(pid_t pid);

/// Why a process may run although `find_process` did not find it.
enum class blind_spot {
  none,    ///< it does not run
  alone,   ///< telltale may not see processes of other containers
  nested,  ///< a process in a PID namespace below ours calls itself `pid`
};

/// Scans /proc; called only for a process that was not found. `written`: the latest time since boot at which the marker
/// can have been written.
blind_spot find_blind_spot(pid_t pid, std::chrono::nanoseconds written);

}  // namespace telltale::marker
