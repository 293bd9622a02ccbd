// A file opened for looking only: never created, never waited for, never a device or FIFO.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "base/descriptor.hpp"

namespace telltale::sqlite {

/// What stat said, in the shape the check compares between runs.
struct file_facts {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  mode_t mode = 0;
  uid_t owner = 0;
};

/// The same file, not written between two looks as far as its size and its times tell.
bool same_content(const file_facts&, const file_facts&);

/// What is at a path.
struct file_state {
  int error = 0;        ///< errno of the first step that failed, 0 when none did
  bool exists = false;  ///< stat worked: `facts` are known even if opening failed
  bool regular = true;  ///< false: something else is at the path, and it was not opened
  file_facts facts;     ///< as of stat
};

struct looked_at {
  file_state state;
  descriptor file;  ///< empty unless it is a regular file that could be opened
};

/// stat, then open read-only unless the path is not a regular file: opening a FIFO would wake its writer.
/// Leaves the access time alone where the kernel allows it (the file's owner, or CAP_FOWNER).
looked_at look_at(const std::string& path);

/// The same behind a stat of one's own.
looked_at look_at(const std::string& path, const struct stat& info);

/// The same for a database, with `path` made that of the file a link points to: SQLite puts -wal and -shm beside that
/// file, not beside the link (os_unix.c, unixFullPathname). A link to nothing stays as it is.
looked_at look_at_target(std::string& path);

/// Asks the descriptor again: the path may have been swapped since stat, or the file may have grown. Facts must be of
/// the same file as its bytes wherever they are held against each other and are not looked at again.
void update_facts(int fd, file_state& state);

file_facts facts_of(const struct stat&);

}  // namespace telltale::sqlite
