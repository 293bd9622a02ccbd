// Create, write, fsync; the kernel removes the file when the descriptor closes, however the process ends.
#include "disk/write_test.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "support/descriptor.hpp"

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

support::descriptor create_named(const std::string& directory) {
  const auto name = directory + "/" + named_test_file();
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  support::descriptor file(::open(name.c_str(), flags, private_file));
  if (!file && errno == EEXIST) {
    ::unlink(name.c_str());
    file = support::descriptor(::open(name.c_str(), flags, private_file));
  }
  const int error = errno;
  if (file) ::unlink(name.c_str());
  errno = error;
  return file;
}

support::descriptor create_in(const std::string& directory) {
  support::descriptor file(::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, private_file));
  // Kernels and file systems without O_TMPFILE see an attempt to write to a directory, or an unknown flag.
  const bool unsupported = !file && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL);
  return unsupported ? create_named(directory) : std::move(file);
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
  const auto file = unnamed ? create_in(directory) : create_named(directory);
  // ENOENT for a directory that is there: /proc and its like let nobody create files.
  if (!file) return {errno == ENOENT && ::access(directory.c_str(), F_OK) == 0 ? EPERM : errno, "create"};
  std::array<char, 4096> block;
  block.fill('t');
  const auto written = ::write(file.get(), block.data(), block.size());
  if (written < 0) return {errno, "write"};
  if (static_cast<std::size_t>(written) < block.size()) return {ENOSPC, "write"};
  if (::fsync(file.get()) != 0) return {errno, "fsync"};
  return {};
}

}  // namespace telltale::disk
