// Reads statvfs, statx and /proc/self/mountinfo for one path.
#include "disk/observe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/small_file.hpp"
#include "disk/layers.hpp"
#include "disk/mount_table.hpp"

namespace telltale::disk {
namespace {

std::string read_mountinfo() { return kernel_text("/proc/self/mountinfo"); }

/// The stat fields of a path, with the statx fields of Linux 5.8 where available.
struct node {
  mode_t mode = 0;
  std::uint64_t links = 0;
  std::uint64_t device = 0;         ///< of the file system
  std::uint64_t device_number = 0;  ///< of a device node
  std::optional<std::uint64_t> mount_id;
  std::optional<bool> mount_point;
};

/// 0 or errno. Falls back to stat, because container engines before 2020 reject statx.
int find_node(const std::string& path, node& out) {
  struct statx info {};
  // FORCE_SYNC queries a network or FUSE file system instead of its cached attributes.
  if (::statx(AT_FDCWD, path.c_str(), AT_STATX_FORCE_SYNC, STATX_TYPE | STATX_NLINK | STATX_MNT_ID, &info) == 0) {
    out.mode = info.stx_mode;
    out.links = info.stx_nlink;
    out.device = makedev(info.stx_dev_major, info.stx_dev_minor);
    out.device_number = makedev(info.stx_rdev_major, info.stx_rdev_minor);
    if (info.stx_mask & STATX_MNT_ID) out.mount_id = info.stx_mnt_id;
    if (info.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT)
      out.mount_point = (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    return 0;
  }
  struct stat simple {};
  if (::stat(path.c_str(), &simple) != 0) return errno;
  out.mode = simple.st_mode;
  out.links = simple.st_nlink;
  out.device = simple.st_dev;
  out.device_number = simple.st_rdev;
  return 0;
}

int call_statvfs(const std::string& path, struct statvfs& out) {
  int result = 0;
  do result = ::statvfs(path.c_str(), &out);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

mount_table& table() {
  static thread_local mount_table shared(read_mountinfo);  // for all disks of this worker
  return shared;
}

/// As mountpoint(1) does: whether the parent directory is on another device.
bool parent_is_on_other_device(const std::string& path, const node& at) {
  struct stat above {};
  return ::stat((path + "/..").c_str(), &above) == 0 && above.st_dev != at.device;
}

void find_mount(const node& at, path_state& out) {
  auto id = at.mount_id;
  if (!id)
    if (const auto above = mount_above(read_mountinfo(), real_path(out.measured))) id = above->id;
  if (id) out.mount = table().find(*id, out.readonly, boot_clock::now());
  if (at.mount_point) out.is_mount_point = *at.mount_point;
  else
    out.is_mount_point =
        out.mount ? out.mount->point == real_path(out.measured) : parent_is_on_other_device(out.measured, at);
}

/// Reads errors that the mount's own entry does not show.
void find_errors(path_state& out) {
  if (!out.mount) return;
  const auto now = boot_clock::now();
  out.recorded_errors = recorded_errors(*out.mount, now);
  if (out.recorded_errors > 0 && out.mount->refuses == refusal::none) {
    table().forget();  // the error may have stopped the file system since the table was read
    if (auto anew = table().find(out.mount->id, out.readonly, now)) out.mount = std::move(anew);
  }
  const auto& on = *out.mount;
  if (on.refuses == refusal::readonly && on.readonly) {
    const auto others = mounts_of(table().text(), [&](const mount& m) { return m.device == on.device && !m.readonly; });
    out.writable_elsewhere = !others.empty();
  }
  if (on.type != "overlay" || on.refuses != refusal::none) return;
  out.below = stopped_below(out.usage, table().text());
  out.refused_below = !out.below && !on.readonly && refuses_below(out.measured);
}

path_state observe_device(const std::string& path, const node& device);

path_state observe_path(const std::string& path, bool at_device) {
  path_state out;
  out.measured = path;
  struct statvfs numbers {};
  out.call = "statfs";
  out.error = call_statvfs(path, numbers);
  if (out.error) return out;
  node at;
  out.call = "stat";
  out.error = find_node(path, at);
  if (out.error) return out;
  if (at_device && (S_ISBLK(at.mode) || S_ISCHR(at.mode))) return observe_device(path, at);
  out.is_directory = S_ISDIR(at.mode);
  out.is_unlinked = at.links == 0;
  out.usage = raw_usage_of(numbers);
  out.id = numbers.f_fsid;
  out.readonly = (numbers.f_flag & ST_RDONLY) != 0;
  find_mount(at, out);
  find_errors(out);
  return out;
}

/// The first mount of the device that is not covered by another one.
path_state observe_device(const std::string& path, const node& device) {
  path_state out;
  out.measured = path;
  out.is_device = true;
  out.is_block = S_ISBLK(device.mode);
  if (!out.is_block) return out;
  const auto real = real_path(path);  // btrfs shows no device number
  const auto from_it =
      mounts_of(read_mountinfo(), [&](const mount& m) { return m.device == device.device_number || m.source == real; });
  for (const auto& candidate : from_it) {
    auto seen = observe_path(candidate.point, false);
    if (seen.error == 0 && seen.mount && seen.mount->device == candidate.device) return seen;
  }
  return out;
}

}  // namespace

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? real.get() : "";
}

path_state observe(const std::string& path) { return observe_path(path, true); }

}  // namespace telltale::disk
