// The system calls of the disk check: statvfs, statx and the mount table.
#pragma once

#include <string>

#include "disk/sight.hpp"

namespace telltale::disk {

/// Opens nothing of the file system itself. May hang on a dead network mount, as any look at a path may.
sight look_at(const std::string& path);

/// The path without symbolic links; empty when it cannot be found out.
std::string real_path(const std::string& path);

}  // namespace telltale::disk
