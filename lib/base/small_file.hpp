// Reads small files without blocking on FIFOs or devices.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace telltale {

/// Opens for reading with O_NONBLOCK and O_NOCTTY, so a FIFO without a writer does not block and a terminal does not
/// become the controlling one. A dead mount may still block. On failure the descriptor is empty and errno is set.
descriptor open_for_reading(const std::string& path);

/// The same without updating the access time, where that is permitted: for the file's owner according to stat, and for
/// root.
descriptor open_quietly(const std::string& path, uid_t owner);

/// Reads to the end, or one byte beyond `largest` to detect larger files. Returns 0 or an errno.
int read_up_to(int fd, std::size_t largest, std::size_t expected, std::string& out);

/// "a directory", "a FIFO", ...
std::string_view file_kind(mode_t);

/// The whole content of a file, or an error.
struct small_file {
  enum class fault { none, open, stat, not_regular, too_large, read };

  std::string text;
  fault what = fault::none;
  int error = 0;            ///< errno of `open`, `stat` and `read`
  mode_t mode = 0;          ///< from fstat; 0 if not reached
  std::size_t largest = 0;  ///< the size limit

  bool ok() const { return what == fault::none; }
};

/// Reads a regular file of at most `largest` bytes. Other types are rejected, because a device or FIFO has no end.
small_file read_small_file(const std::string& path, std::size_t largest);

/// Reads a file of /proc or /sys, at most 4 MiB (the mount table of a node with thousands of mounts is below 1 MiB).
/// Empty when it cannot be read: a process may end at any time, and a container may hide the file.
std::string kernel_text(const std::string& path);

}  // namespace telltale
