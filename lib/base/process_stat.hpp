// What every process may know of another one: /proc/PID/stat (proc(5)).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

struct process_stat {
  std::string name;  ///< at most 15 bytes, chosen by the process
  char state = 'X';
  pid_t parent = 0;
  std::uint64_t flags = 0;  ///< PF_* of the kernel's include/linux/sched.h
  std::uint64_t threads = 0;
  std::uint64_t start_ticks =
      0;  ///< clock ticks from the boot to its start: with the pid, a name that is not used twice

  /// Whether it still runs: a zombie has closed its files and waits for its parent.
  bool lives() const { return state != 'Z' && state != 'X'; }
  /// From the boot to its start.
  std::chrono::nanoseconds started() const;
};

/// Nothing when there is no such process, or /proc does not show it (another PID namespace, hidepid).
std::optional<process_stat> read_process_stat(pid_t);

/// The same of one that has not ended.
std::optional<process_stat> find_living_process(pid_t);

/// The text of one /proc/PID/stat; nothing when it is not complete. Pure.
std::optional<process_stat> parse_process_stat(std::string_view text);

}  // namespace telltale
