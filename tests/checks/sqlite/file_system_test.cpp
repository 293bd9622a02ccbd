// Tests pure functions that describe a database's file system from statfs and texts of /proc.
#include "sqlite/file_system.hpp"

#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace telltale;

namespace {

struct statfs ordinary() {
  struct statfs out {};
  out.f_type = 0xef53;
  out.f_bsize = 1024;
  out.f_frsize = 1024;
  out.f_blocks = 1000;
  out.f_bfree = 500;
  out.f_bavail = 450;
  out.f_files = 100;
  out.f_ffree = 50;
  return out;
}

constexpr std::string_view mountinfo =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "36 22 0:51 / /mnt/far rw,nosuid master:1 propagate_from:2 - fuse.sshfs host:/data rw,user_id=0\n"
    "37 22 0:52 / /mnt/pool rw shared:9 - fuse.mergerfs /a:/b rw\n"
    "38 22 0:53 / /mnt/bucket rw - fuse mountpoint-s3 rw\n"
    "39 22 0:54 / /mnt/a\\040-\\040b rw - fuse.gcsfuse bucket rw\n"
    "23 22 8:2 / /ro ro - ext4 /dev/sda2 ro\n"
    "41 22 0:56 / /vm rw - virtiofs shared rw\n"
    "42 22 0:57 / /cluster rw - fuse.cubefs cubefs rw\n"
    "43 22 0:58 / /weed rw - fuse seaweedfs rw\n"
    "44 22 0:59 / /ntfs rw - fuseblk /dev/sdb1 rw\n"
    "45 22 0:60 / /host rw - 9p drvfs rw\n"
    "46 22 0:61 / /moose rw - fuse.moosefs mfsmaster:9421 rw\n"
    "40 22 0:55 /";

sqlite::file_system described_as(const struct statfs& where, std::uint64_t device = makedev(8, 1),
                                 const std::string& uid_map = "0 0 4294967295") {
  return sqlite::describe_file_system(where, device, {[] { return std::string(mountinfo); }, [&] { return uid_map; }});
}

}  // namespace

TEST_CASE("sqlite file system: free space is known for writable file systems that report it") {
  auto where = ordinary();
  CHECK(described_as(where).free_space.bytes_for_root == 500 * 1024);
  CHECK(described_as(where).free_space.bytes_for_others == 450 * 1024);
  CHECK_FALSE(described_as(where).free_space.no_inodes);
  where.f_bavail = where.f_bfree = where.f_ffree = 0;
  CHECK(described_as(where).free_space.bytes_for_root == 0);
  CHECK(described_as(where).free_space.no_inodes);
  where.f_files = 0;   // btrfs counts no inodes
  where.f_blocks = 0;  // and some report no counts
  CHECK(described_as(where).free_space == sqlite::free_space{});
  where.f_type = 0x6969;
  CHECK(described_as(where).network == "NFS");
}

TEST_CASE("sqlite file system: free space is ignored only when the file system itself is read-only") {
  auto where = ordinary();
  where.f_flags = ST_RDONLY;
  where.f_bavail = where.f_bfree = where.f_ffree = 0;
  CHECK(described_as(where, makedev(8, 1)).free_space.bytes_for_others == 0);  // the volume as a sidecar sees it
  CHECK(described_as(where, makedev(8, 1)).free_space.no_inodes);
  CHECK(described_as(where, makedev(8, 2)).free_space == sqlite::free_space{});
  CHECK(described_as(where, makedev(8, 3)).free_space == sqlite::free_space{});  // is not in the table
}

TEST_CASE("sqlite file system: blocks are counted in fragments, and impossible numbers leave free space unknown") {
  auto where = ordinary();
  where.f_bsize = 1 << 20;  // the preferred size of a transfer
  CHECK(described_as(where).free_space.bytes_for_others == 450 * 1024);
  where.f_frsize = 0;  // very old servers
  CHECK(described_as(where).free_space.bytes_for_others == std::uint64_t{450} << 20);
  constexpr auto unknown = ~fsblkcnt_t{0};
  for (auto change : std::vector<std::function<void(struct statfs&)>>{
           [](auto& w) { w.f_blocks = w.f_bfree = w.f_bavail = unknown; },
           [](auto& w) { w.f_bavail = unknown; },
           [](auto& w) { w.f_bfree = w.f_blocks + 1; },
           [](auto& w) { w.f_bavail = w.f_blocks + 1; },
           [](auto& w) { w.f_frsize = w.f_bsize = 0; },
       }) {
    where = ordinary();
    change(where);
    CHECK(described_as(where).free_space == sqlite::free_space{});
  }
  where = ordinary();
  where.f_blocks = where.f_bfree = where.f_bavail = fsblkcnt_t{1} << 60;  // times 1024 is 0 in 64 bits
  CHECK(described_as(where).free_space.bytes_for_others.value_or(1) > std::uint64_t{1} << 60);
  where = ordinary();
  where.f_bavail = static_cast<fsblkcnt_t>(-5);  // the reserve is used up
  CHECK(described_as(where).free_space.bytes_for_others == 0);
  where.f_files = where.f_ffree = unknown;
  CHECK_FALSE(described_as(where).free_space.no_inodes);
}

TEST_CASE("sqlite file system: reserved blocks are usable by root, but not by root of a user namespace") {
  using sqlite::root_maps_to_root;
  CHECK(root_maps_to_root("         0          0 4294967295\n"));
  CHECK(root_maps_to_root("0 0 1"));
  CHECK(root_maps_to_root("1000 1000 1\n0 0 1000\n"));
  CHECK(root_maps_to_root(""));  // no /proc, or a kernel without user namespaces
  CHECK_FALSE(root_maps_to_root("         0     100000      65536\n"));
  CHECK_FALSE(root_maps_to_root("0 1000 1\n1 100000 65536\n"));
  CHECK_FALSE(root_maps_to_root("1000 0 1\n"));
  auto where = ordinary();
  where.f_bavail = 0;
  CHECK(described_as(where).free_space.bytes_for_root == 500 * 1024);
  CHECK(described_as(where, makedev(8, 1), "0 100000 65536").free_space.bytes_for_root == 0);
}

TEST_CASE("sqlite file system: local types are accepted, network types rejected, and unknown types reported") {
  struct row {
    std::uint32_t magic;
    unsigned device;
    const char* network;
    const char* possibly_remote;
  };
  constexpr std::uint32_t fuse = 0x65735546;
  for (const auto& [magic, device, network, possibly_remote] : {
           row{0xef53, 1, "", ""},      // ext4
           row{0x58465342, 1, "", ""},  // XFS
           row{0x9123683e, 1, "", ""},  // btrfs
           row{0x01021994, 1, "", ""},  // tmpfs
           row{0x794c7630, 1, "", ""},  // overlay
           row{0xf2f52010, 1, "", ""},  // F2FS
           row{0x2fc12fc1, 1, "", ""},  // ZFS
           row{0xca451a4e, 1, "", ""},  // bcachefs
           row{0x7366746e, 1, "", ""},  // NTFS3
           row{0x6969, 1, "NFS", ""},
           row{0x00c36400, 1, "Ceph", ""},
           row{fuse, 51, "fuse.sshfs", ""},
           row{fuse, 52, "", ""},  // fuse.mergerfs
           row{fuse, 53, "mountpoint-s3", ""},
           row{fuse, 54, "fuse.gcsfuse", ""},
           row{fuse, 55, "", "FUSE"},  // its line is cut off
           row{fuse, 56, "", "virtiofs"},
           row{fuse, 57, "", "fuse.cubefs"},
           row{fuse, 58, "", "fuse (seaweedfs)"},
           row{fuse, 59, "", ""},  // fuseblk: NTFS-3G on a disk
           row{fuse, 61, "fuse.moosefs", ""},
           row{fuse, 99, "", "FUSE"},  // not in the table
           row{0x01021997, 60, "", "9p"},
           row{0x01021997, 99, "", "9p"},
           row{0x786f4256, 99, "", "vboxsf"},
           row{0x12345678, 60, "", "9p"},  // by the type in the table
           row{0x12345678, 99, "", "a file system of type 0x12345678"},
       }) {
    CAPTURE(magic);
    CAPTURE(device);
    auto where = ordinary();
    where.f_type = static_cast<decltype(where.f_type)>(magic);
    const auto place = described_as(where, makedev(0, device));
    CHECK(place.network == network);
    CHECK(place.possibly_remote == possibly_remote);
  }
}

TEST_CASE("sqlite file system: inode numbers of FUSE, FAT and 9p are treated as unstable") {
  for (const auto& [magic, last] : std::vector<std::pair<std::uint32_t, bool>>{{0xef53, true},
                                                                               {0x9123683e, true},
                                                                               {0x65735546, false},
                                                                               {0x4d44, false},
                                                                               {0x2011bab0, false},
                                                                               {0x01021997, false}}) {
    CAPTURE(magic);
    auto where = ordinary();
    where.f_type = static_cast<decltype(where.f_type)>(magic);
    CHECK(described_as(where).inodes_stable == last);
  }
}
