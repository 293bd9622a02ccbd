// Opens regular files for reading without side effects.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "base/descriptor.hpp"

namespace telltale::sqlite {

/// The stat fields that the check compares between runs.
struct file_facts {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  mode_t mode = 0;
  uid_t owner = 0;
};

/// Whether device, inode, size and modification time are equal.
bool same_content(const file_facts&, const file_facts&);

/// The state of a path.
struct file_state {
  int error = 0;        ///< errno of the first step that failed, 0 when none did
  bool exists = false;  ///< stat succeeded: `facts` are set even if opening failed
  bool regular = true;  ///< false: another type of file, which was not opened
  file_facts facts;     ///< as of stat
};

struct opened_file {
  file_state state;
  descriptor file;  ///< empty unless it is a regular file that could be opened
};

/// stat, then open read-only unless the path is not a regular file: opening a FIFO would wake its writer.
/// Leaves the access time alone where the kernel allows it (the file's owner, or CAP_FOWNER).
opened_file stat_and_open(const std::string& path);

/// The same with the result of an earlier stat.
opened_file stat_and_open(const std::string& path, const struct stat& info);

/// The same for a database; replaces a symbolic link in `path` by its target. SQLite creates -wal and -shm beside the
/// target, not beside the link (os_unix.c, unixFullPathname). A dangling link is unchanged.
opened_file stat_and_open_target(std::string& path);

/// Updates the facts by fstat, because the file may have been replaced or have grown since stat. Facts that are
/// compared with the file's bytes must belong to the same file.
void update_facts(int fd, file_state& state);

file_facts facts_of(const struct stat&);

}  // namespace telltale::sqlite
