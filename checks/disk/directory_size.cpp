// Walks a directory tree with relative opens, without symbolic links, within one mount.
#include "disk/directory_size.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/descriptor.hpp"

namespace telltale::disk {
namespace {

using directory_stream = std::unique_ptr<DIR, decltype([](DIR* d) { ::closedir(d); })>;

/// Only the owner and root may use O_NOATIME.
directory_stream open_directory(int at, const char* name, int flags) {
  constexpr int base = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  descriptor fd(::openat(at, name, base | flags | O_NOATIME));
  if (!fd && errno == EPERM) fd = descriptor(::openat(at, name, base | flags));
  return directory_stream(fd ? ::fdopendir(fd.release()) : nullptr);
}

struct entry {
  mode_t mode = 0;
  std::uint64_t links = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  std::uint64_t blocks = 0;
  std::optional<std::uint64_t> mount_id;  ///< since Linux 5.8
};

/// 0 or errno. Container engines before 2020 reject statx.
int find_entry(int at, const char* name, int flags, entry& out) {
  struct statx info {};
  if (::statx(at, name, flags, STATX_BASIC_STATS | STATX_MNT_ID, &info) == 0) {
    out = {info.stx_mode,   info.stx_nlink, info.stx_ino, makedev(info.stx_dev_major, info.stx_dev_minor),
           info.stx_blocks, std::nullopt};
    if (info.stx_mask & STATX_MNT_ID) out.mount_id = info.stx_mnt_id;
    return 0;
  }
  if (errno != ENOSYS && errno != EPERM) return errno;
  struct stat simple {};
  if (::fstatat(at, name, &simple, flags) != 0) return errno;
  out = {simple.st_mode, simple.st_nlink, simple.st_ino, simple.st_dev, static_cast<std::uint64_t>(simple.st_blocks),
         std::nullopt};
  return 0;
}

/// Whether the entry was deleted or replaced since it was listed; ESTALE: by another machine.
bool vanished(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ESTALE; }

class walk {
 public:
  explicit walk(const walk_limits& limits) : limits_(limits) {}

  directory_size run(const std::string& path) {
    auto top = open_directory(AT_FDCWD, path.c_str(), 0);
    size_.error = top ? find_entry(::dirfd(top.get()), "", AT_EMPTY_PATH, top_) : errno;
    if (size_.error) return size_;
    count(top_);
    descend(std::move(top), 1);
    return size_;
  }

 private:
  void count(const entry& found) {
    ++size_.entries;
    // Subvolumes of btrfs and layers of an overlay have their own inode numbers.
    if (!S_ISDIR(found.mode) && found.links > 1 && !linked_.emplace(found.device, found.inode).second) return;
    size_.bytes += static_cast<double>(found.blocks) * 512;  // in units of 512 bytes, stat(2)
  }

  /// A subvolume and the layers of an overlay belong to the tree although they have their own device numbers. Another
  /// mount does not, even of the same file system.
  bool on_another_mount(const entry& found) const {
    if (found.mount_id && top_.mount_id) return *found.mount_id != *top_.mount_id;
    return S_ISDIR(found.mode) && found.device != top_.device;
  }

  bool exhausted() {
    if (size_.entries >= limits_.entries || boot_clock::now() >= limits_.until) size_.cut_short = true;
    return size_.cut_short;
  }

  void failed(int error) {
    if (vanished(error)) return;
    if (size_.unreadable++ == 0) size_.unreadable_error = error;
  }

  void descend(directory_stream directory, int depth) {
    const int fd = ::dirfd(directory.get());
    while (true) {
      errno = 0;
      const auto* listed = ::readdir(directory.get());
      if (!listed) {
        if (errno != 0 && !vanished(errno)) size_.error = errno;
        return;
      }
      const std::string_view name = listed->d_name;
      if (name == "." || name == "..") continue;
      if (exhausted()) return;
      visit(fd, listed->d_name, depth);
      if (size_.error) return;
    }
  }

  void visit(int at, const char* name, int depth) {
    entry found;
    if (const int error = find_entry(at, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, found)) return failed(error);
    if (on_another_mount(found)) return;
    count(found);
    if (S_ISDIR(found.mode)) enter(at, name, depth);
  }

  void enter(int at, const char* name, int depth) {
    if (depth >= limits_.depth) {
      size_.cut_short = true;
      return;
    }
    if (auto below = open_directory(at, name, O_NOFOLLOW)) descend(std::move(below), depth + 1);
    else failed(errno);
  }

  walk_limits limits_;
  directory_size size_;
  entry top_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> linked_;
};

}  // namespace

directory_size measure_directory(const std::string& path, const walk_limits& limits) { return walk(limits).run(path); }

}  // namespace telltale::disk
