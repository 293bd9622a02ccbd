// The kernel's table of locks, /proc/locks (proc(5)): who holds locks on a file, where F_GETLK names only the first.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

namespace telltale::sqlite {

/// Whether `table` has a POSIX lock of this process on a file with this inode number. Locks of processes in other PID
/// namespaces are not in the table. File systems below others (overlay, btrfs) show there with other device numbers
/// than in stat, so these are not compared.
bool holds_lock(std::string_view table, pid_t pid, std::uint64_t inode);

}  // namespace telltale::sqlite
