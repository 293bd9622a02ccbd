// Classifies the file system of a database and its free space, from statfs and texts of /proc.
#pragma once

#include <sys/vfs.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace telltale::sqlite {

/// Free space for new data; unset where the file system does not count it or is read-only.
struct free_space {
  std::optional<std::uint64_t> bytes_for_root;  ///< including blocks reserved for root (ext4: 5% by default)
  std::optional<std::uint64_t> bytes_for_others;
  bool no_inodes = false;  ///< no file can be created
  friend bool operator==(const free_space&, const free_space&) = default;
};

struct file_system {
  std::string network;          ///< the name of a network file system, else empty
  std::string possibly_remote;  ///< the name of a file system that may not be local, else empty
  telltale::sqlite::free_space free_space{};
  bool inodes_stable = true;  ///< whether a file keeps its inode number as long as it exists
  friend bool operator==(const file_system&, const file_system&) = default;
};

/// Read only when needed: when the magic number is unknown, or when little free space is left.
struct proc_texts {
  std::function<std::string()> mountinfo;  ///< /proc/self/mountinfo, proc(5)
  std::function<std::string()> uid_map;    ///< /proc/self/uid_map, user_namespaces(7)
};

/// `device`: st_dev of the file. A missing text counts as empty.
file_system describe_file_system(const struct statfs&, std::uint64_t device = 0, const proc_texts& = {});

/// Root of this user namespace is root of the machine, for whom file systems keep a reserve.
bool root_maps_to_root(std::string_view uid_map);

}  // namespace telltale::sqlite
