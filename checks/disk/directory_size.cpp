// A walk over a directory tree that cannot be led astray: relative opens, no symbolic links, one file system.
#include "disk/directory_size.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <unordered_set>

#include "support/descriptor.hpp"

namespace telltale::disk {
namespace {

using directory_stream = std::unique_ptr<DIR, decltype([](DIR* d) { ::closedir(d); })>;

/// O_NOATIME is refused to everybody but the owner and root.
directory_stream open_directory(int at, const char* name, int flags) {
  constexpr int base = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  support::descriptor fd(::openat(at, name, base | flags | O_NOATIME));
  if (!fd && errno == EPERM) fd = support::descriptor(::openat(at, name, base | flags));
  return directory_stream(fd ? ::fdopendir(fd.release()) : nullptr);
}

class walk {
 public:
  explicit walk(const walk_limits& limits) : limits_(limits) {}

  directory_size run(const std::string& path) {
    auto top = open_directory(AT_FDCWD, path.c_str(), 0);
    struct stat info {};
    if (!top || ::fstat(::dirfd(top.get()), &info) != 0) {
      size_.error = errno;
      return size_;
    }
    device_ = info.st_dev;
    count(info);
    descend(std::move(top), 1);
    return size_;
  }

 private:
  void count(const struct stat& info) {
    ++size_.entries;
    if (!S_ISDIR(info.st_mode) && info.st_nlink > 1 && !linked_.insert(info.st_ino).second) return;
    size_.bytes += static_cast<double>(info.st_blocks) * 512;  // st_blocks is in units of 512 bytes, stat(2)
  }

  bool exhausted() {
    if (size_.entries >= limits_.entries || boot_clock::now() >= limits_.until) size_.cut_short = true;
    return size_.cut_short;
  }

  void descend(directory_stream directory, int depth) {
    const int fd = ::dirfd(directory.get());
    while (const auto* entry = ::readdir(directory.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (exhausted()) return;
      struct stat info {};
      if (::fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0) continue;
      if (info.st_dev != device_) continue;
      count(info);
      if (S_ISDIR(info.st_mode)) enter(fd, entry->d_name, depth);
    }
  }

  void enter(int at, const char* name, int depth) {
    if (depth >= limits_.depth) {
      size_.cut_short = true;
      return;
    }
    if (auto below = open_directory(at, name, O_NOFOLLOW)) descend(std::move(below), depth + 1);
    else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)  // not merely gone or swapped meanwhile
      ++size_.unreadable;
  }

  walk_limits limits_;
  directory_size size_;
  dev_t device_ = 0;
  std::unordered_set<ino_t> linked_;
};

}  // namespace

directory_size measure_directory(const std::string& path, const walk_limits& limits) { return walk(limits).run(path); }

}  // namespace telltale::disk
