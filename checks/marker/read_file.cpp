// Reads a marker file: statx and faccessat when no content is needed, else stat, open, fstat and read.
#include "marker/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/small_file.hpp"

namespace telltale::marker {
namespace {

/// The unit of st_blocks and stx_blocks, independent of the file system's block size (stat(2)).
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

file_view read_once(const std::string& path, bool with_content) {
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
  describe(info, out);  // the opened file may be newer than the one of stat
  if (out.not_a_file.empty() && with_content)
    out.error = read_up_to(file.get(), largest_content, out.size, out.content);
  return out;
}

/// Errors after which the file is opened: a missing or unreadable file, and calls that the kernel, a sandbox or the
/// file system does not support. All other errors are reported, because a file system that was shut down may still
/// serve some calls from memory.
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

/// The state of a readable regular file, or an error, without opening it, which costs twice as much. Empty when opening
/// has to decide.
std::optional<file_view> stat_readable_file(const std::string& path) {
  constexpr unsigned wanted = STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_INO | STATX_BLOCKS;
  struct statx info {};
  // As open does, FORCE_SYNC queries the server of a network file system instead of cached attributes.
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

file_view read_marker(const std::string& path, bool with_content) {
  if (!with_content)
    if (auto seen = stat_readable_file(path)) return *std::move(seen);
  // Kubernetes replaces `..data` and deletes the old directory. A lookup during this fails although the file exists,
  // and the next lookup finds the new one.
  constexpr int tries = 3;
  auto out = read_once(path, with_content);
  for (int i = 1; i < tries && out.error == ENOENT; ++i) out = read_once(path, with_content);
  return out;
}

reference_file read_reference(const std::string& path) {
  reference_file out;
  out.path = path;
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) out.error = errno;
  out.is_directory = S_ISDIR(info.st_mode);
  out.modified = wall_time_of(info.st_mtim);
  return out;
}

}  // namespace telltale::marker
