// Looking at one marker file without touching it: the system calls of the marker check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "marker/freshness.hpp"

namespace telltale::marker {

inline constexpr std::size_t largest_content = 64 * 1024;

struct file_view {
  int error = 0;           ///< errno; the rest means nothing when it is not 0
  std::string not_a_file;  ///< "a directory" and the like; empty for a regular file
  std::uint64_t size = 0;
  std::uint64_t allocated = 0;  ///< bytes in blocks of the file system
  wall_time modified;
  std::uint64_t inode = 0;
  std::string content;  ///< only when asked for, at most `largest_content` + 1 bytes

  /// Nothing has happened between the two looks.
  bool same_as(const file_view& other) const {
    return error == other.error && inode == other.inode && modified == other.modified && size == other.size;
  }
};

/// A file is opened only for its content, or to learn why it cannot be read. Anything but a regular file is not opened
/// at all: opening a device can start what it drives, and opening a FIFO wakes its writer. Follows symbolic links. May
/// hang on a dead mount; never on a FIFO.
file_view look_at(const std::string& path, bool with_content);

/// Only its time matters: it is never opened and may be a socket or a file that nobody may read.
reference_file look_at_reference(const std::string& path);

}  // namespace telltale::marker
