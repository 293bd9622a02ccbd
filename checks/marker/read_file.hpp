// Reads the state and content of one marker file without modifying it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "marker/freshness.hpp"

namespace telltale::marker {

inline constexpr std::size_t largest_content = 64 * 1024;

struct file_view {
  int error = 0;           ///< errno; the other fields are valid only when it is 0
  std::string not_a_file;  ///< "a directory" and the like; empty for a regular file
  std::uint64_t size = 0;
  std::uint64_t allocated = 0;  ///< bytes in blocks of the file system
  wall_time modified;
  std::uint64_t inode = 0;
  std::string content;  ///< only when requested, at most `largest_content` + 1 bytes

  /// Whether nothing changed between the two reads.
  bool same_as(const file_view& other) const {
    return error == other.error && inode == other.inode && modified == other.modified && size == other.size;
  }
};

/// Opens a regular file only for its content, or to find out why it cannot be read. Never opens other types: opening a
/// device can activate it, and opening a FIFO unblocks its writer. Follows symbolic links. May hang on a dead mount.
file_view read_marker(const std::string& path, bool with_content);

/// Reads only the modification time. The file is not opened and may be a socket or unreadable.
reference_file read_reference(const std::string& path);

}  // namespace telltale::marker
