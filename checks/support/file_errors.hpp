// What an errno of a file operation means: a reason and a sentence, the same in every check that looks at paths.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <telltale/reason.hpp>

namespace telltale::support {

inline reason reason_of_errno(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return reason::missing;
    case EACCES:
    case EPERM:
      return reason::denied;
    case EROFS:
      return reason::readonly;
    case ENOSPC:
    case EDQUOT:
      return reason::full;
    case ELOOP:
    case ENAMETOOLONG:
      return reason::mismatch;
    case EAGAIN:
      return reason::locked;  // somebody holds a lease on the file
    case EIO:
      return reason::corrupt;
    case ESTALE:
      return reason::replaced;  // NFS: the file was deleted or swapped on the server
    case ENOTCONN:              // FUSE: the daemon is gone
    case EHOSTDOWN:
    case ETIMEDOUT:
      return reason::unreachable;
    default:
      return reason::internal;
  }
}

/// "/models/.loaded does not exist", or which part of the way to it is missing. Looks at the file system.
inline std::string missing_sentence(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode))
    return path + " is a symbolic link to something that does not exist";
  const auto slash = path.find_last_of('/');
  const auto parent = slash == std::string::npos ? std::string() : path.substr(0, slash);
  if (!parent.empty() && ::stat(parent.c_str(), &info) != 0 && errno == ENOENT)
    return path + " does not exist, nor does the directory " + parent;
  return path + " does not exist";
}

/// One sentence for a failed operation on `path`, e.g. "/data: permission denied (to uid 65534)".
inline std::string errno_sentence(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
      return missing_sentence(path);
    case ENOTDIR:
      return path + " cannot exist: a part of it is not a directory";
    case EACCES:
    case EPERM:
      return path + ": permission denied (to uid " + std::to_string(::geteuid()) + ")";
    case ELOOP:
      return path + " is a loop of symbolic links";
    case ENOTCONN:
      return path + ": the file system's server is gone (transport endpoint is not connected)";
    default:
      return path + ": " + std::strerror(error);
  }
}

}  // namespace telltale::support
