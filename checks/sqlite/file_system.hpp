// What the file system below a database says about itself: pure functions of one statfs.
#pragma once

#include <sys/vfs.h>

#include <cstdint>
#include <string_view>

namespace telltale::sqlite {

/// Whether there is room for the next commit.
enum class room : std::uint8_t {
  enough,     ///< or not known: a read-only file system, or one that does not count
  reserved,   ///< only what is kept for root is left (ext4: 5% unless told otherwise)
  none,       ///< no free block at all
  no_inodes,  ///< blocks are free, but no file can be created
};

struct file_system {
  std::string_view network;  ///< the name of a network file system; empty for a local one
  telltale::sqlite::room room = room::enough;
  friend bool operator==(const file_system&, const file_system&) = default;
};

file_system describe_file_system(const struct statfs&);

/// The name of a network file system by its magic number (statfs(2)), or nothing for a local one.
std::string_view network_file_system_name(std::uint32_t magic);

}  // namespace telltale::sqlite
