// What a failed file operation means, the same in every check that looks at paths.
#pragma once

#include <string>

#include <telltale/finding.hpp>

namespace telltale {

/// A failure for the errno of an operation on `path`: `missing` for ENOENT, `denied` for EACCES and so on, with a
/// sentence that begins with the path, e.g. "/data: permission denied (to uid 65534)". For ENOENT it looks at the file
/// system once more, to say which part of the path is missing; so it may block, and is for worker processes only.
finding file_failure(const std::string& path, int error);

}  // namespace telltale
