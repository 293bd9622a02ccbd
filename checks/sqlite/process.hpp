// What every process may know of another one: /proc/PID/stat (proc(5)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace telltale::sqlite {

struct process {
  pid_t parent = 0;
  std::int64_t started = 0;  ///< in clock ticks since the machine booted: with the pid, a name that is not used twice
};

/// Nothing when no such process runs, or it is not visible in this PID namespace. One that has ended and waits for its
/// parent has given up its locks and is not there.
std::optional<process> find_process(pid_t);

}  // namespace telltale::sqlite
