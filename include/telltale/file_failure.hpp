// Maps failed file operations to findings, the same for every check that accesses paths.
#pragma once

#include <string>

#include <telltale/finding.hpp>

namespace telltale {

/// A failure for the errno of an operation on `path`: `missing` for ENOENT, `denied` for EACCES and so on, with a
/// sentence that begins with the path, e.g. "/data: permission denied (to uid 65534)". For ENOENT it accesses the file
/// system again to find the missing part of the path. It may block: for worker processes only.
finding file_failure(const std::string& path, int error);

}  // namespace telltale
