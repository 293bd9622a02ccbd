// Writes and flushes an unnamed file, then creates and removes a named file.
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

/// The directory itself, or the directory of the file.
std::string directory_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || S_ISDIR(info.st_mode)) return path;
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
}

enum class directory_state { missing, exists, deleted };

/// A directory with link count 0 was removed and is still reachable through a mount.
directory_state state_of(const std::string& directory) {
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0) return directory_state::missing;
  return info.st_nlink == 0 ? directory_state::deleted : directory_state::exists;
}

/// Creates and removes a named file; on success the file is open and has no name.
write_result create_named(const std::string& directory, descriptor& file) {
  const auto name = directory + "/" + named_test_file();
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  // The file may be left by a killed run, or belong to another check of this host.
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

/// Whether files can be created but not removed there.
bool is_append_only(const std::string& directory) {
  struct statx info {};
  return ::statx(AT_FDCWD, directory.c_str(), 0, STATX_TYPE, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_APPEND) != 0;
}

/// The errors of kernels and file systems without O_TMPFILE.
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
  // Calls that can hang run on the unnamed file first, so that a killed worker leaves no file.
  if (unnamed) file = descriptor(::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, private_file));
  if (unnamed && !file && !has_no_unnamed_files(errno)) return {errno, "create"};
  if (file) result = write_to(file);
  if (result.error || (file && is_append_only(directory))) return result;
  // A directory may be unable to take another name while unnamed files still work.
  descriptor named;
  result = create_named(directory, named);
  return result.error || file ? result : write_to(named);
}

finding write_failure(const write_result& result, const std::string& path, double available_bytes) {
  finding failed;
  const auto state = state_of(directory_of(path));
  if (state == directory_state::deleted) {  // some file systems return EPERM there
    failed = {verdict::fail, reason::replaced, path + " has been deleted"};
  } else if (result.error == ENOENT && state == directory_state::exists) {  // as in /proc
    failed = {verdict::fail, reason::readonly,
              fmt::format("no user can create files in {} ({})", path, std::strerror(result.error))};
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
