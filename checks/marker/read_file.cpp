// statx and faccessat where a file's presence is all; else stat, open, fstat, read, each of which guards against what
// may lie at the path instead of a file.
#include "marker/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/small_file.hpp"

namespace telltale::marker {
namespace {

/// What st_blocks and stx_blocks count, whatever the file system's block size (stat(2)).
constexpr std::uint64_t counted_block = 512;

/// `at` is a timespec or a statx_timestamp.
wall_time wall_time_of(const auto& at) {
  return wall_time(std::chrono::duration_cast<wall_time::duration>(std::chrono::seconds(at.tv_sec) +
                                                                   std::chrono::nanoseconds(at.tv_nsec)));
}

void describe(const struct stat& info, file_view& out) {
  if (!S_ISREG(info.st_mode)) out.not_a_file = file_kind(info.st_mode);
  out.size = static_cast<std::uint64_t>(info.st_size);
  out.allocated = static_cast<std::uint64_t>(info.st_blocks) * counted_block;
  out.inode = info.st_ino;
  out.modified = wall_time_of(info.st_mtim);
}

file_view look_once(const std::string& path, bool with_content) {
  file_view out;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    out.error = errno;
    return out;
  }
  describe(info, out);
  if (!out.not_a_file.empty()) return out;
  const auto file = open_quietly(path, info.st_uid);
  if (!file || ::fstat(file.get(), &info) != 0) {
    out.error = errno;
    return out;
  }
  describe(info, out);  // what was opened may be newer than what stat saw
  if (out.not_a_file.empty() && with_content)
    out.error = read_up_to(file.get(), largest_content, out.size, out.content);
  return out;
}

/// Errors that opening explains better, or gets around: what does not exist or may not be read, and calls that a
/// kernel, a sandbox or a file system does not have. Every other error is the file system's own and is reported: one
/// that has shut down may still answer the calls that are served from memory.
bool opening_decides(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case EACCES:
    case EPERM:
    case ENOSYS:
    case EINVAL:
    case EOPNOTSUPP:
      return true;
    default:
      return false;
  }
}

std::optional<file_view> failed_from_outside(int error) {
  if (opening_decides(error)) return std::nullopt;
  file_view out;
  out.error = error;
  return out;
}

/// A regular file that may be read, found without opening it, which costs twice as much; or an error. Nothing where
/// opening has to tell.
std::optional<file_view> look_from_outside(const std::string& path) {
  constexpr unsigned wanted = STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_INO | STATX_BLOCKS;
  struct statx info {};
  // As opening does, this asks the server of a network file system instead of believing what it said a minute ago.
  if (::statx(AT_FDCWD, path.c_str(), AT_STATX_FORCE_SYNC, wanted, &info) != 0) return failed_from_outside(errno);
  if ((info.stx_mask & wanted) != wanted || !S_ISREG(info.stx_mode)) return std::nullopt;
  if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0) return failed_from_outside(errno);
  file_view out;
  out.size = info.stx_size;
  out.allocated = info.stx_blocks * counted_block;
  out.inode = info.stx_ino;
  out.modified = wall_time_of(info.stx_mtime);
  return out;
}

}  // namespace

file_view look_at(const std::string& path, bool with_content) {
  if (!with_content)
    if (auto seen = look_from_outside(path)) return *std::move(seen);
  // Kubernetes swaps `..data` and deletes the old directory: a lookup that is half-way through it then fails although
  // the file was there all the time. The next lookup sees the new one.
  constexpr int tries = 3;
  auto out = look_once(path, with_content);
  for (int i = 1; i < tries && out.error == ENOENT; ++i) out = look_once(path, with_content);
  return out;
}

reference_file look_at_reference(const std::string& path) {
  reference_file out;
  out.path = path;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) out.error = errno;
  out.is_directory = S_ISDIR(info.st_mode);
  out.modified = wall_time_of(info.st_mtim);
  return out;
}

}  // namespace telltale::marker
