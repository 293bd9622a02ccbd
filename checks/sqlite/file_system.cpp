// Magic numbers and free space.
#include "sqlite/file_system.hpp"

#include <sys/statvfs.h>

namespace telltale::sqlite {
namespace {

room room_on(const struct statfs& where) {
  // An image or a read-only mount is full by design and never written. Some file systems count no blocks or inodes.
  if (where.f_flags & ST_RDONLY) return room::enough;
  if (where.f_blocks > 0 && where.f_bfree == 0) return room::none;
  if (where.f_blocks > 0 && where.f_bavail == 0) return room::reserved;
  if (where.f_files > 0 && where.f_ffree == 0) return room::no_inodes;
  return room::enough;
}

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
    default:
      return {};
  }
}

file_system describe_file_system(const struct statfs& where) {
  return {network_file_system_name(static_cast<std::uint32_t>(where.f_type)), room_on(where)};
}

}  // namespace telltale::sqlite
