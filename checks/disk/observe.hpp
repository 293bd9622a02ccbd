// Reads the state of a path's file system: statvfs, statx and the mount table.
#pragma once

#include <string>

#include "disk/path_state.hpp"

namespace telltale::disk {

/// Opens no file of the file system. May hang on a dead network mount, as any system call on a path may.
path_state observe(const std::string& path);

/// The path without symbolic links; empty on error.
std::string real_path(const std::string& path);

}  // namespace telltale::disk
