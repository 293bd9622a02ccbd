// The system calls of the disk check: statvfs and the mount table.
#pragma once

#include <optional>
#include <string>

#include "disk/mountinfo.hpp"
#include "disk/usage.hpp"

namespace telltale::disk {

struct sight {
  int error = 0;  ///< errno; the rest means nothing when it is not 0
  raw_usage usage;
  bool readonly = false;                       ///< ST_RDONLY
  std::optional<telltale::disk::mount> mount;  ///< nothing without /proc
};

/// May hang on a dead network mount, as any look at a path may.
sight look_at(const std::string& path);

}  // namespace telltale::disk
