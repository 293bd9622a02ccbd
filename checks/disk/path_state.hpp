// The observed state of a path and its file system, without judgement.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/mountinfo.hpp"
#include "disk/usage.hpp"

namespace telltale::disk {

struct path_state {
  int error = 0;          ///< errno of `call`; the other fields are valid only when it is 0
  std::string_view call;  ///< "statfs" or "stat"
  std::string measured;   ///< the path whose file system was measured; not the given one when that is a device
  bool is_directory = false;
  bool is_unlinked = false;  ///< its link count is 0
  bool is_device = false;    ///< a device node from which nothing is mounted here: nothing was measured
  bool is_block = false;     ///< it is a block device
  raw_usage usage;
  std::uint64_t id = 0;                  ///< f_fsid of statvfs; 0 where the file system has none
  bool readonly = false;                 ///< ST_RDONLY: the file system or this mount of it
  std::optional<telltale::mount> mount;  ///< empty without /proc
  bool is_mount_point = false;           ///< the path is the root of `mount`
  bool writable_elsewhere = false;       ///< another mount of the same file system is not read-only
  std::optional<telltale::mount> below;  ///< under an overlay: the file system that stopped
  bool refused_below = false;            ///< a writable overlay returns EROFS from the file system below
  std::uint64_t recorded_errors = 0;     ///< ext4: errors since the last e2fsck
};

}  // namespace telltale::disk
