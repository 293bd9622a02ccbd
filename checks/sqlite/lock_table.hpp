// Parses /proc/locks (proc(5)), which lists all holders of locks on a file; F_GETLK returns only the first.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace telltale::sqlite {

/// A POSIX lock that is held. On overlay and btrfs, device and inode numbers can differ from those of stat.
struct table_lock {
  pid_t pid = 0;
  std::uint64_t device = 0;  ///< comparable only with other entries of the table
  std::uint64_t inode = 0;
  std::uint64_t first = 0;  ///< byte
};

/// The locks in `table` on files with this inode number. Locks of processes in other PID namespaces are not in it.
std::vector<table_lock> locks_on(std::string_view table, std::uint64_t inode);

/// Whether `table` has a POSIX lock of this process on a file with this inode number, whatever the device.
bool holds_lock(std::string_view table, pid_t pid, std::uint64_t inode);

/// The device number of `pid`'s lock on such a file in /proc/locks. Empty when the table does not show it; the absence
/// of a lock then proves nothing.
std::optional<std::uint64_t> device_in_lock_table(pid_t pid, std::uint64_t inode);

/// The holder of a file according to /proc/locks.
struct file_holder {
  bool known = false;  ///< the table could be read
  std::optional<pid_t> pid;
};

/// A process that has a lock on the file as a database (lockingv3.html) and started no later than `newest_start` (since
/// boot). Both conditions exclude new files with the inode number of a deleted one: a -shm is locked at other bytes,
/// and later processes are younger. Workers of telltale are ignored.
file_holder holder_of(std::uint64_t device_in_table, std::uint64_t inode, std::chrono::nanoseconds newest_start);

}  // namespace telltale::sqlite
