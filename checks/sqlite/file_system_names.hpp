// Tables of local and network file systems, by magic number, and for FUSE by mount type and source.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace telltale::sqlite {

/// The name of a network or cluster file system with this magic number (statfs(2)), else empty.
std::string_view network_file_system_name(std::uint32_t magic);

/// Whether this file system is local, so that locks and shared memory are visible to every process that can open a
/// file.
bool is_local_file_system(std::uint32_t magic);

/// Whether inode numbers can change while a file exists: FUSE, FAT, exFAT and 9p assign them in memory. A changed
/// number then does not prove that the file was replaced.
bool reassigns_inode_numbers(std::uint32_t magic);

/// Whether a FUSE mount is a known network or local file system. `type` and `source` are those of mountinfo:
/// "fuse.sshfs", or "fuse" with the name of the program as its source.
bool is_network_fuse(std::string_view type, std::string_view source);
bool is_local_fuse(std::string_view type, std::string_view source);

/// A name for messages, from the mount table or else from the magic number.
std::string possibly_remote_name(std::uint32_t magic, std::string_view type, std::string_view source);

}  // namespace telltale::sqlite
