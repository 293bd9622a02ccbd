// Writes and flushes an unnamed file, then creates and removes a named one.
#include "disk/write_test.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include <telltale/file_failure.hpp>
#include <telltale/units.hpp>

#include "base/descriptor.hpp"

namespace telltale::disk {
namespace {

constexpr mode_t private_file = 0600;

/// The directory itself, or the one that holds the file.
std::string directory_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || S_ISDIR(info.st_mode)) return path;
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
}

enum class directory_state { missing, there, deleted };

/// A directory without names has been removed and is reached through a mount of it.
directory_state state_of(const std::string& directory) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0) return directory_state::missing;
  return info.st_nlink == 0 ? directory_state::deleted : directory_state::there;
}

/// 0, or why no name can be made and removed in the directory. The file is open afterwards and has no name any more.
write_result create_named(const std::string& directory, descriptor& file) {
  const auto name = directory + "/" + named_test_file();
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  // One may be left by a run that was killed, or belong to another check of this host for an instant.
  constexpr int tries = 5;
  for (int i = 0; i < tries; ++i) {
    file = descriptor(::open(name.c_str(), flags, private_file));
    if (file || errno != EEXIST) break;
    ::unlink(name.c_str());
    errno = EEXIST;
  }
  if (!file) return {errno, "create"};
  if (::unlink(name.c_str()) != 0 && errno != ENOENT) return {errno, "remove"};
  return {};
}

/// Files could be made there and not removed.
bool only_grows(const std::string& directory) {
  struct statx info {};
  return ::statx(AT_FDCWD, directory.c_str(), 0, STATX_TYPE, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_APPEND) != 0;
}

/// Kernels and file systems without O_TMPFILE see an attempt to write to a directory, or an unknown flag.
bool has_no_unnamed_files(int error) { return error == EOPNOTSUPP || error == EISDIR || error == EINVAL; }

write_result write_to(const descriptor& file) {
  std::array<char, 4096> block;
  block.fill('t');
  const auto written = ::write(file.get(), block.data(), block.size());
  if (written < 0) return {errno, "write"};
  if (static_cast<std::size_t>(written) < block.size()) return {ENOSPC, "write"};
  if (::fsync(file.get()) != 0) return {errno, "fsync"};
  return {};
}

}  // namespace

std::string named_test_file() {
  utsname host{};
  ::uname(&host);
  std::string node = host.nodename;
  std::replace(node.begin(), node.end(), '/', '_');
  return ".telltale-write-test." + node;
}

write_result test_writing(const std::string& path, bool unnamed) {
  const auto directory = directory_of(path);
  descriptor file;
  write_result result;
  // What can hang hangs here, where a kill leaves nothing.
  if (unnamed) file = descriptor(::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, private_file));
  if (unnamed && !file && !has_no_unnamed_files(errno)) return {errno, "create"};
  if (file) result = write_to(file);
  if (result.error || (file && only_grows(directory))) return result;
  // A directory may be full, or have no room for names, while unnamed files still fit.
  descriptor named;
  result = create_named(directory, named);
  return result.error || file ? result : write_to(named);
}

finding write_failure(const write_result& result, const std::string& path, double available_bytes) {
  finding failed;
  const auto state = state_of(directory_of(path));
  if (state == directory_state::deleted) {  // some file systems say EPERM there
    failed = {verdict::fail, reason::replaced, path + " has been deleted"};
  } else if (result.error == ENOENT && state == directory_state::there) {  // as in /proc and its like
    failed = {verdict::fail, reason::readonly,
              fmt::format("nobody can create files in {} ({})", path, std::strerror(result.error))};
  } else {
    failed = file_failure(path, result.error);
    constexpr double enough_for_a_name = 1 << 20;
    if (result.error == ENOSPC && result.step == "create" && available_bytes > enough_for_a_name)
      failed.sentence += fmt::format(", although {} are available: the directory or the file system's metadata is full",
                                     human_bytes(available_bytes));
  }
  failed.sentence = fmt::format("write test: cannot {} a file: {}", result.step, failed.sentence);
  return failed;
}

}  // namespace telltale::disk
