// A file that is read at once, or refused, and never waited for.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace telltale {

/// Opens for reading without waiting and without becoming anybody's terminal (O_NONBLOCK, O_NOCTTY): a FIFO without a
/// writer does not hang. A dead mount still may. On failure the descriptor is empty and errno says why.
descriptor open_for_reading(const std::string& path);

/// The same without setting the access time, where that is permitted: to the file's owner, as stat told it, and to
/// root.
descriptor open_quietly(const std::string& path, uid_t owner);

/// Reads on until the end, or one byte beyond `largest`, to tell. 0, or the errno that ended it.
int read_up_to(int fd, std::size_t largest, std::size_t expected, std::string& out);

/// "a directory", "a FIFO", ...
std::string_view file_kind(mode_t);

/// The whole content of a file, or what is wrong with it.
struct small_file {
  enum class fault { none, open, stat, not_regular, too_large, read };

  std::string text;
  fault what = fault::none;
  int error = 0;            ///< errno of `open`, `stat` and `read`
  mode_t mode = 0;          ///< as of fstat; 0 when it was not reached
  std::size_t largest = 0;  ///< that was allowed

  bool ok() const { return what == fault::none; }
};

/// Reads a regular file of at most `largest` bytes. Nothing else is read: a device or FIFO has no end.
small_file read_small_file(const std::string& path, std::size_t largest);

/// A file of /proc or /sys, at most 4 MiB of it (the mount table of a node with thousands of mounts is below 1 MiB).
/// Empty when it cannot be read: a process may end at any moment, and a container may hide the file.
std::string kernel_text(const std::string& path);

}  // namespace telltale
