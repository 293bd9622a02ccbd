// What the file system below a database says about itself: pure functions of one statfs, and of texts of /proc where
// statfs leaves something open.
#pragma once

#include <sys/vfs.h>

#include <cstdint>
#include <functional>
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
  std::string network;   ///< the name of one that is known to reach over a network
  std::string doubtful;  ///< the name of one that is not known to be local either; both are empty for a local one
  telltale::sqlite::room room{};
  bool inodes_last = true;  ///< whether a file keeps its inode number for as long as it is there
  friend bool operator==(const file_system&, const file_system&) = default;
};

/// Read only when they are needed: when a file system is not known by its number, or has hardly any room left.
struct proc_texts {
  std::function<std::string()> mountinfo;  ///< /proc/self/mountinfo, proc(5)
  std::function<std::string()> uid_map;    ///< /proc/self/uid_map, user_namespaces(7)
};

/// `device` is the st_dev of the file. A text that is not given is taken for empty.
file_system describe_file_system(const struct statfs&, std::uint64_t device = 0, const proc_texts& = {});

/// Root of this user namespace is root of the machine, for whom file systems keep a reserve.
bool root_is_root(std::string_view uid_map);

}  // namespace telltale::sqlite
