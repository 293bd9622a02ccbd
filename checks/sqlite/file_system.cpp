// Computes free space from statfs and the type from the magic number or else from mountinfo.
#include "sqlite/file_system.hpp"

#include <sys/statvfs.h>

#include <limits>

#include <fmt/format.h>

#include "base/mountinfo.hpp"
#include "base/words.hpp"
#include "sqlite/file_system_names.hpp"

namespace telltale::sqlite {
namespace {

constexpr auto unknown = std::numeric_limits<std::uint64_t>::max();
/// More than any limit on free space in this check.
constexpr std::uint64_t ample_bytes = std::uint64_t{1} << 20;

std::string read(const std::function<std::string()>& text) { return text ? text() : std::string(); }

/// Saturates on overflow.
std::uint64_t bytes_of(std::uint64_t blocks, std::uint64_t size) {
  return blocks != 0 && size > unknown / blocks ? unknown : blocks * size;
}

bool below_zero(std::uint64_t blocks) { return static_cast<std::int64_t>(blocks) < 0; }

/// False for the placeholders of file systems that do not count space, and for impossible numbers.
bool counts_space(const struct statfs& where) {
  const std::uint64_t blocks = where.f_blocks;
  if (blocks == 0 || blocks == unknown || where.f_bfree > blocks || where.f_bavail == unknown) return false;
  return where.f_bavail <= blocks || below_zero(where.f_bavail);  // below zero: the reserve is in use
}

free_space free_space_on(const struct statfs& where) {
  free_space out;
  // Blocks are counted in fragments; servers that report no fragment size count in blocks.
  const auto unit = static_cast<std::uint64_t>(where.f_frsize > 0 ? where.f_frsize : where.f_bsize);
  if (counts_space(where) && unit > 0) {
    out.bytes_for_root = bytes_of(where.f_bfree, unit);
    out.bytes_for_others = below_zero(where.f_bavail) ? 0 : bytes_of(where.f_bavail, unit);
  }
  out.no_inodes = where.f_files > 0 && where.f_files != unknown && where.f_ffree == 0;
  return out;
}

/// When little space is left, checks for whom, and whether the file system is writable at all.
free_space adjusted_for_mount(free_space left, const struct statfs& where, std::uint64_t device,
                              const proc_texts& texts) {
  if (left.bytes_for_others.value_or(ample_bytes) >= ample_bytes && !left.no_inodes) return left;
  if (where.f_flags & ST_RDONLY) {
    // A read-only file system is always full; a writable one that is mounted read-only here is still judged.
    const auto text = read(texts.mountinfo);
    const auto on = mount_of_device(text, device);
    if (!on || on->refuses != refusal::none) return {};
  }
  if (left.bytes_for_root != left.bytes_for_others && !root_maps_to_root(read(texts.uid_map)))
    left.bytes_for_root = left.bytes_for_others;
  return left;
}

}  // namespace

bool root_maps_to_root(std::string_view uid_map) {
  bool any = false;
  while (!uid_map.empty()) {
    auto line = take_until(uid_map, '\n');
    const auto inside = number_in<std::uint64_t>(take_word(line));
    if (inside == 0u) return number_in<std::uint64_t>(take_word(line)) == 0u;
    any = any || inside;
  }
  return !any;
}

file_system describe_file_system(const struct statfs& where, std::uint64_t device, const proc_texts& texts) {
  const auto magic = static_cast<std::uint32_t>(where.f_type);
  file_system out;
  out.inodes_stable = !reassigns_inode_numbers(magic);
  out.network = network_file_system_name(magic);
  if (!out.network.empty()) return out;
  if (!is_local_file_system(magic)) {
    const auto text = read(texts.mountinfo);
    const auto on = mount_of_device(text, device).value_or(mount{});
    if (is_network_fuse(on.type, on.source)) out.network = on.type == "fuse" ? on.source : on.type;
    else if (!is_local_fuse(on.type, on.source)) out.possibly_remote = possibly_remote_name(magic, on.type, on.source);
  }
  out.free_space = adjusted_for_mount(free_space_on(where), where, device, texts);
  return out;
}

}  // namespace telltale::sqlite
