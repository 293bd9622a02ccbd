// statvfs, statx and /proc/self/mountinfo of one path.
#include "disk/look.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "disk/mount_table.hpp"
#include "support/descriptor.hpp"

namespace telltale::disk {
namespace {

/// The whole table, which has to be read in one go to be consistent; nodes with thousands of mounts stay below 1 MiB.
std::string read_mountinfo() {
  constexpr std::size_t largest = 4 << 20;
  std::string out;
  const support::descriptor file(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  if (!file) return out;
  char block[16 * 1024];
  for (ssize_t n = 0; out.size() < largest && (n = ::read(file.get(), block, sizeof block)) > 0;)
    out.append(block, static_cast<std::size_t>(n));
  return out;
}

std::optional<std::uint64_t> mount_id(const std::string& path) {
  struct statx info {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_MNT_ID, &info) != 0 || !(info.stx_mask & STATX_MNT_ID))
    return std::nullopt;
  return info.stx_mnt_id;
}

std::optional<mount> mount_of(const std::string& path, bool readonly) {
  static thread_local mount_table table(read_mountinfo);  // for all disks of this worker
  if (const auto id = mount_id(path)) return table.find(*id, readonly, boot_clock::now());
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? mount_above(read_mountinfo(), real.get()) : std::nullopt;
}

}  // namespace

sight look_at(const std::string& path) {
  sight out;
  struct statvfs numbers {};
  int result = 0;
  do result = ::statvfs(path.c_str(), &numbers);
  while (result != 0 && errno == EINTR);
  if (result != 0) {
    out.error = errno;
    return out;
  }
  out.usage = {numbers.f_frsize, numbers.f_blocks, numbers.f_bfree, numbers.f_bavail, numbers.f_files, numbers.f_ffree};
  out.readonly = (numbers.f_flag & ST_RDONLY) != 0;
  out.mount = mount_of(path, out.readonly);
  return out;
}

}  // namespace telltale::disk
