// What the file system below a database says about itself: pure functions of one statfs.
#pragma once

#include <sys/vfs.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace telltale::sqlite {

/// What is left for new data, where the file system counts and can be written.
struct room {
  std::optional<std::uint64_t> bytes_for_root;  ///< including what is kept for root (ext4: 5% unless told otherwise)
  std::optional<std::uint64_t> bytes_for_others;
  bool no_inodes = false;  ///< no file can be created
  friend bool operator==(const room&, const room&) = default;
};

struct file_system {
  std::string network;  ///< the name of a network file system; empty for a local one
  telltale::sqlite::room room{};
  bool inodes_last = true;  ///< whether a file keeps its inode number for as long as it is there
  friend bool operator==(const file_system&, const file_system&) = default;
};

file_system describe_file_system(const struct statfs&);

/// The name of a network file system by its magic number (statfs(2)), or nothing for a local one.
std::string_view network_file_system_name(std::uint32_t magic);

/// statfs says no more than "FUSE": whether that reaches over a network shows in the type of its mount, e.g.
/// fuse.sshfs.
inline constexpr std::uint32_t fuse_magic = 0x65735546;

/// The type, e.g. "fuse.sshfs", of the FUSE mount with this device number when it is one that is known to reach over a
/// network; nothing otherwise. `mountinfo` is the text of /proc/self/mountinfo (proc(5)).
std::string_view network_fuse_name(std::string_view mountinfo, std::uint64_t device);

}  // namespace telltale::sqlite
