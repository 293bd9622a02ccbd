// Maps the errno of a file operation to a reason and a sentence.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include <telltale/file_failure.hpp>

namespace telltale {
namespace {

finding failure(reason why, std::string sentence) { return {verdict::fail, why, std::move(sentence)}; }

/// "/models/.loaded does not exist", or which parent directory is missing.
std::string missing_sentence(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode))
    return path + " is a symbolic link to something that does not exist";
  const auto slash = path.find_last_of('/');
  const auto parent = slash == std::string::npos ? std::string() : path.substr(0, slash);
  if (!parent.empty() && ::stat(parent.c_str(), &info) != 0 && errno == ENOENT)
    return path + " does not exist, nor does the directory " + parent;
  return path + " does not exist";
}

reason other_reason(int error) {
  switch (error) {
    case EROFS:
      return reason::readonly;
    case ENOSPC:
    case EDQUOT:
      return reason::full;
    case ENAMETOOLONG:
      return reason::mismatch;
    case EAGAIN:
      return reason::locked;  // another process holds a lease on the file
    case EIO:
      return reason::corrupt;
    case ESTALE:
      return reason::replaced;  // NFS: the file was deleted or replaced on the server
    case EHOSTDOWN:
    case ETIMEDOUT:
      return reason::unreachable;
    default:
      return reason::internal;
  }
}

}  // namespace

finding file_failure(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
      return failure(reason::missing, missing_sentence(path));
    case ENOTDIR:
      return failure(reason::missing, path + " cannot exist: a part of it is not a directory");
    case EACCES:
    case EPERM:
      return failure(reason::denied, fmt::format("{}: permission denied (to uid {})", path, ::geteuid()));
    case ELOOP:
      return failure(reason::mismatch, path + " is a loop of symbolic links");
    case ENOTCONN:  // FUSE
      return failure(reason::unreachable,
                     path + ": the file system's server is gone (transport endpoint is not connected)");
    default:
      return failure(other_reason(error), path + ": " + std::generic_category().message(error));
  }
}

}  // namespace telltale
