// Magic numbers and free space.
#include "sqlite/file_system.hpp"

#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace telltale::sqlite {
namespace {

room room_on(const struct statfs& where) {
  // An image or a read-only mount is full by design and never written. Some file systems count no blocks or inodes.
  if (where.f_flags & ST_RDONLY) return {};
  room out;
  if (where.f_blocks > 0) {
    out.bytes_for_root = std::uint64_t{where.f_bfree} * static_cast<std::uint64_t>(where.f_bsize);
    out.bytes_for_others = std::uint64_t{where.f_bavail} * static_cast<std::uint64_t>(where.f_bsize);
  }
  out.no_inodes = where.f_files > 0 && where.f_ffree == 0;
  return out;
}

/// FUSE file systems whose files live on another machine or in an object store. mergerfs, lxcfs, ntfs-3g and the like
/// are local, and so is virtiofs for the locks that count.
constexpr std::array<std::string_view, 15> network_fuse{
    "sshfs",    "glusterfs", "s3fs",   "gcsfuse",   "goofys",    "mountpoint-s3", "rclone",    "juicefs",
    "blobfuse", "blobfuse2", "davfs2", "ceph-fuse", "curlftpfs", "smbnetfs",      "gvfsd-fuse"};

/// FUSE (many daemons number the files they know at the moment), FAT, exFAT and 9p, whose numbers are made up in
/// memory.
bool gives_inode_numbers_anew(std::uint32_t magic) {
  return magic == fuse_magic || magic == 0x4d44 || magic == 0x2011bab0 || magic == 0x01021997;
}

/// The next field of a line of mountinfo, which has no empty ones.
std::string_view take_field(std::string_view& line) {
  const auto field = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), field.size() + 1));
  return field;
}

}  // namespace

std::string_view network_fuse_name(std::string_view mountinfo, std::uint64_t device) {
  const auto number = fmt::format("{}:{}", major(device), minor(device));
  while (!mountinfo.empty()) {
    auto line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(mountinfo.size(), line.size() + 1));
    // 36 35 98:0 /root /point rw,noatime master:1 - fuse.sshfs host:/data rw,user_id=0
    auto rest = line;
    take_field(rest);
    take_field(rest);
    if (take_field(rest) != number) continue;
    const auto separator = rest.find(" - ");
    if (separator == std::string_view::npos) continue;
    rest.remove_prefix(separator + 3);
    const auto type = take_field(rest);
    const auto source = take_field(rest);
    const auto known = [&](std::string_view name) { return type.ends_with(name) || source == name; };
    if (type.starts_with("fuse") && std::ranges::any_of(network_fuse, known)) return type == "fuse" ? source : type;
  }
  return {};
}

std::string_view network_file_system_name(std::uint32_t magic) {
  switch (magic) {
    case 0x6969:
      return "NFS";
    case 0x517b:
      return "SMB";
    case 0xff534d42:
      return "CIFS";
    case 0xfe534d42:
      return "SMB2";
    case 0x5346414f:
    case 0x6b414653:
      return "AFS";
    case 0x00c36400:
      return "Ceph";
    case 0x0bd00bd0:
      return "Lustre";
    case 0x47504653:
      return "GPFS";
    case 0x19830326:
      return "BeeGFS";
    case 0x73757245:
      return "Coda";
    case 0x564c:
      return "NCP";
    case 0x20030528:
      return "OrangeFS";
    case 0x7461636f:
      return "OCFS2";
    case 0x01161970:
      return "GFS2";
    default:
      return {};
  }
}

file_system describe_file_system(const struct statfs& where) {
  const auto magic = static_cast<std::uint32_t>(where.f_type);
  return {std::string(network_file_system_name(magic)), room_on(where), !gives_inode_numbers_anew(magic)};
}

}  // namespace telltale::sqlite
