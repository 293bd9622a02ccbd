// Reads and parses /proc/PID/stat (proc(5)), which every process may read.
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
  std::uint64_t start_ticks = 0;  ///< clock ticks from boot to start; unique together with the pid

  /// Whether it is running: a zombie has closed its files and waits for its parent.
  bool lives() const { return state != 'Z' && state != 'X'; }
  /// From the boot to its start.
  std::chrono::nanoseconds started() const;
};

/// Empty when there is no such process, or /proc hides it (another PID namespace, hidepid).
std::optional<process_stat> read_process_stat(pid_t);

/// The same, but empty for a process that has ended.
std::optional<process_stat> find_living_process(pid_t);

/// Parses the text of /proc/PID/stat; empty when it is incomplete. Pure.
std::optional<process_stat> parse_process_stat(std::string_view text);

}  // namespace telltale
