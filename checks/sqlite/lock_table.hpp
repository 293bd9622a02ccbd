// The kernel's table of locks, /proc/locks (proc(5)): who holds locks on a file, where F_GETLK names only the first.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace telltale::sqlite {

/// A POSIX lock that is held. File systems below others (overlay, btrfs) show there with other device numbers than in
/// stat, and their inode numbers may be others, too.
struct table_lock {
  pid_t pid = 0;
  std::uint64_t device = 0;  ///< only to be compared with others of the table
  std::uint64_t inode = 0;
  std::uint64_t first = 0;  ///< byte
};

/// The locks in `table` on files with this inode number. Locks of processes in other PID namespaces are not in it.
std::vector<table_lock> locks_on(std::string_view table, std::uint64_t inode);

/// Whether `table` has a POSIX lock of this process on a file with this inode number, whatever the device.
bool holds_lock(std::string_view table, pid_t pid, std::uint64_t inode);

/// The device under which the table of this kernel has a lock of `pid` on such a file; nothing when it has none, so
/// that the absence of a lock says nothing there.
std::optional<std::uint64_t> device_in_lock_table(pid_t pid, std::uint64_t inode);

/// Who holds a file by the table of this kernel.
struct file_holder {
  bool known = false;  ///< the table could be read
  std::optional<pid_t> pid;
};

/// One process that has a lock on the file as a database (lockingv3.html) and did not start later than `newest_start`
/// (from the boot of the machine): the number of a deleted file is soon given to another one, often a -shm, which is
/// locked at other bytes, or by a younger process. Workers of telltale do not count.
file_holder holder_of(std::uint64_t device_in_table, std::uint64_t inode, std::chrono::nanoseconds newest_start);

}  // namespace telltale::sqlite
