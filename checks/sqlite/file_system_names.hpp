// Which file systems are local: by their magic number, and by type and source of their mount where that says no more
// than "FUSE".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace telltale::sqlite {

/// The name of a network or cluster file system by its magic number (statfs(2)), or nothing for any other.
std::string_view network_file_system_name(std::uint32_t magic);

/// Known by its number to keep its files on this machine, so that locks and shared memory are those of every program
/// that can have a file open.
bool is_local_file_system(std::uint32_t magic);

/// FUSE (many daemons number the files they know at the moment), FAT, exFAT and 9p, whose numbers are made up in
/// memory: that a number changed does not prove that the file was replaced.
bool gives_inode_numbers_anew(std::uint32_t magic);

/// FUSE mounts that are known to reach over a network, and those known not to. `type` and `source` are those of
/// mountinfo: "fuse.sshfs", or "fuse" with the name of the program as its source.
bool is_network_fuse(std::string_view type, std::string_view source);
bool is_local_fuse(std::string_view type, std::string_view source);

/// A name for messages: that of the mount table, or what is known of the number.
std::string doubtful_name(std::uint32_t magic, std::string_view type, std::string_view source);

}  // namespace telltale::sqlite
