// Reads sysfs for ext4; uses statvfs and access for overlays, whose layers are not in a container's mount table.
#include "disk/layers.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <fmt/format.h>

#include "base/small_file.hpp"
#include "base/words.hpp"
#include "disk/mount_table.hpp"

namespace telltale::disk {
namespace {

/// The kernel's name of a device, "loop0" for 7:0; the mount table may have /dev/root or /dev/mapper/NAME.
std::string kernel_name(std::uint64_t device) {
  std::array<char, 1024> target{};
  const auto link = fmt::format("/sys/dev/block/{}:{}", major(device), minor(device));
  const auto size = ::readlink(link.c_str(), target.data(), target.size());
  const std::string_view text(target.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return std::string(text.substr(text.find_last_of('/') + 1));
}

/// Whether the mount point is not covered by another mount.
bool is_visible(const mount& at) {
  struct stat info {};
  return ::stat(at.point.c_str(), &info) == 0 && info.st_dev == at.device;
}

std::uint64_t read_errors(std::uint64_t device) {
  const auto name = kernel_name(device);
  if (name.empty()) return 0;
  const auto text = kernel_text(fmt::format("/sys/fs/ext4/{}/errors_count", name));
  return number_in<std::uint64_t>(text.substr(0, text.find('\n'))).value_or(0);
}

/// A cached count, like the mount table: reading sysfs takes three times as long as the rest of a run.
struct cached_errors {
  std::uint64_t device = 0;
  std::uint64_t count = 0;
  boot_clock::time_point read_at;
};

}  // namespace

std::uint64_t recorded_errors(const mount& on, boot_clock::time_point now) {
  if (!on.type.starts_with("ext") || major(on.device) == 0) return 0;
  static thread_local std::vector<cached_errors> kept;  // one for each device of this worker's checks
  auto known = std::ranges::find(kept, on.device, &cached_errors::device);
  if (known == kept.end()) known = kept.insert(kept.end(), {on.device, 0, {}});
  else if (now - known->read_at < mount_table_lifetime) return known->count;
  known->count = read_errors(on.device);
  known->read_at = now;
  return known->count;
}

std::optional<mount> stopped_below(const raw_usage& overlay, std::string_view mountinfo) {
  // File systems on block devices do not hang, unlike network file systems.
  const auto refusing = mounts_of(
      mountinfo, [](const mount& m) { return m.refuses != refusal::none && major(m.device) != 0 && !is_image(m); });
  const auto found = std::ranges::find_if(refusing, [&](const mount& candidate) {
    struct statvfs numbers {};
    return is_visible(candidate) && ::statvfs(candidate.point.c_str(), &numbers) == 0 &&
           raw_usage_of(numbers) == overlay;
  });
  return found != refusing.end() ? std::optional(*found) : std::nullopt;
}

bool refuses_below(const std::string& path) { return ::access(path.c_str(), W_OK) != 0 && errno == EROFS; }

}  // namespace telltale::disk
