// Lists of magic numbers (linux/magic.h, statfs(2)) and of FUSE programs.
#include "sqlite/file_system_names.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace telltale::sqlite {
namespace {

constexpr std::uint32_t fuse_magic = 0x65735546;
constexpr std::uint32_t plan9_magic = 0x01021997;

/// ext2 to ext4, XFS, btrfs, tmpfs, overlay, ramfs, F2FS, ZFS, bcachefs, NTFS3, FAT, exFAT, JFS, ReiserFS, NILFS,
/// UBIFS, HFS+, UFS, UDF, eCryptfs, AUFS, squashfs, EROFS, ISO 9660, cramfs, romfs, hugetlbfs, NTFS.
constexpr std::array<std::uint32_t, 28> local_magics{
    0xef53,     0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x858458f6, 0xf2f52010,
    0x2fc12fc1, 0xca451a4e, 0x7366746e, 0x4d44,     0x2011bab0, 0x3153464a, 0x52654973,
    0x3434,     0x24051905, 0x482b,     0x00011954, 0x15013346, 0xf15f,     0x61756673,
    0x73717368, 0xe0f5e1e2, 0x9660,     0x28cd3d45, 0x7275,     0x958458f6, 0x5346544e};

constexpr std::array<std::string_view, 17> network_fuse{
    "sshfs",     "glusterfs", "s3fs",      "gcsfuse",   "goofys",   "mountpoint-s3", "rclone",  "juicefs", "blobfuse",
    "blobfuse2", "davfs2",    "ceph-fuse", "curlftpfs", "smbnetfs", "gvfsd-fuse",    "moosefs", "mfs"};

/// Their files are on this machine or on the underlying file system.
constexpr std::array<std::string_view, 20> local_fuse{
    "mergerfs",  "fuse-overlayfs", "bindfs",   "unionfs", "unionfs-fuse", "mhddfs",     "encfs",
    "gocryptfs", "cryfs",          "securefs", "ntfs-3g", "exfat",        "exfat-fuse", "fuse2fs",
    "ext4fuse",  "squashfuse",     "zfs-fuse", "lxcfs",   "posixovl",     "snapfuse"};

}  // namespace

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

bool is_local_file_system(std::uint32_t magic) { return std::ranges::find(local_magics, magic) != local_magics.end(); }

bool reassigns_inode_numbers(std::uint32_t magic) {
  return magic == fuse_magic || magic == 0x4d44 || magic == 0x2011bab0 || magic == plan9_magic;
}

bool is_network_fuse(std::string_view type, std::string_view source) {
  const auto known = [&](std::string_view name) { return type.ends_with(name) || source == name; };
  return type.starts_with("fuse") && std::ranges::any_of(network_fuse, known);
}

bool is_local_fuse(std::string_view type, std::string_view source) {
  if (type == "fuseblk") return true;  // on a block device
  const auto name = type == "fuse" ? source : type.substr(std::min(type.size(), type.find('.') + 1));
  return type.starts_with("fuse") && std::ranges::find(local_fuse, name) != local_fuse.end();
}

std::string possibly_remote_name(std::uint32_t magic, std::string_view type, std::string_view source) {
  if (type == "fuse") return fmt::format("fuse ({})", source);
  if (!type.empty()) return std::string(type);
  switch (magic) {
    case fuse_magic:
      return "FUSE";
    case plan9_magic:
      return "9p";
    case 0x786f4256:
      return "vboxsf";
    default:
      return fmt::format("a file system of type {:#x}", magic);
  }
}

}  // namespace telltale::sqlite
