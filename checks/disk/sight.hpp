// Everything one look at a path saw of its file system; plain facts, no judgement.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/mountinfo.hpp"
#include "disk/usage.hpp"

namespace telltale::disk {

struct sight {
  int error = 0;          ///< errno of the call below; the rest means nothing when it is not 0
  std::string_view call;  ///< "statfs" or "stat"
  std::string measured;   ///< the path whose file system was measured; not the given one when that is a device
  bool is_directory = false;
  bool is_unlinked = false;  ///< no name leads to it any more
  bool is_device = false;    ///< a device node from which nothing is mounted here: nothing was measured
  bool is_block = false;     ///< it is a block device
  raw_usage usage;
  std::uint64_t id = 0;                  ///< f_fsid of statvfs; 0 where the file system has none
  bool readonly = false;                 ///< ST_RDONLY: the file system or this mount of it
  std::optional<telltale::mount> mount;  ///< nothing without /proc
  bool is_mount_point = false;           ///< `mount` begins at the path itself
  bool writable_elsewhere = false;       ///< another mount of the same file system is not read-only
  std::optional<telltale::mount> below;  ///< under an overlay: the file system that stopped
  bool refused_below = false;            ///< an overlay that may be written passes on EROFS from below
  std::uint64_t recorded_errors = 0;     ///< ext4: errors since the last e2fsck
};

}  // namespace telltale::disk
