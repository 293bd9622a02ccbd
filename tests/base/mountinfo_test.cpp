// Tests the parser of /proc/self/mountinfo with lines from real kernels.
#include "base/mountinfo.hpp"

#include <sys/sysmacros.h>

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("mountinfo: a line contains mount point, type and both kinds of read-only") {
  struct row {
    const char* line;
    mount expected;
  };
  for (const auto& [line, expected] : {
           row{"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
               {36, makedev(98, 0), "/mnt1", "/mnt2", "ext3", "/dev/root", false, refusal::none}},
           row{"22 1 8:1 / / rw - ext4 /dev/sda1 ro",
               {22, makedev(8, 1), "/", "/", "ext4", "/dev/sda1", false, refusal::readonly}},
           row{"22 1 8:1 / /data ro shared:2 master:1 - xfs /dev/sda1 rw",
               {22, makedev(8, 1), "/", "/data", "xfs", "/dev/sda1", true, refusal::none}},
           row{"22 1 8:1 / /data rw - ext4 /dev/sda1 rw,emergency_ro",
               {22, makedev(8, 1), "/", "/data", "ext4", "/dev/sda1", false, refusal::stopped}},
           row{"22 1 8:1 / /data rw - ext4 /dev/sda1 rw,emergency_ro,shutdown",
               {22, makedev(8, 1), "/", "/data", "ext4", "/dev/sda1", false, refusal::shut_down}},
           row{R"(9 1 0:512 /gone//deleted /with\040space\134x rw - tmpfs none rw,size=64k)",
               {9, makedev(0, 512), "/gone//deleted", R"(/with space\x)", "tmpfs", "none", false, refusal::none}},
       }) {
    CAPTURE(line);
    CHECK(parse_mount(line) == expected);
  }
}

TEST_CASE("mountinfo: an overlay without an upper directory is read-only by design, like an image") {
  const auto by_design = [](const char* line) { return is_image(*parse_mount(line)); };
  CHECK(by_design("9 1 0:50 / /m rw,relatime - overlay overlay ro,lowerdir=a:b"));
  CHECK(by_design("9 1 0:50 / /m ro,relatime - overlay overlay ro,lowerdir=a:b"));
  CHECK(by_design("9 1 0:50 / /m rw - overlay overlay ro,lowerdir+=a,lowerdir+=b,redirect_dir=on"));
  CHECK_FALSE(by_design("9 1 0:50 / /m rw - overlay overlay ro,lowerdir=a,upperdir=/u,workdir=/w"));
  CHECK_FALSE(by_design("9 1 0:50 / /m rw - overlay overlay rw,lowerdir=a,upperdir=/u,workdir=/w"));
  CHECK_FALSE(by_design("9 1 8:1 / /m rw - ext4 /dev/sda1 ro"));
  CHECK(by_design("9 1 7:1 / /m ro - squashfs /dev/loop1 ro"));
}

TEST_CASE("mountinfo: options are whole words") {
  CHECK_FALSE(parse_mount("1 1 0:5 / /a rootcontext - tmpfs none rw,errors=remount-ro")->refuses != refusal::none);
}

TEST_CASE("mountinfo: invalid lines are skipped") {
  for (auto line : {"", " - ", "x", "22 1 8:1 / /data rw ext4 /dev/sda1 rw", "x 1 8:1 / /a rw - ext4 b rw",
                    "22 1 81 / /a rw - ext4 b rw", "22 - ", "22 1 8:1 / /a rw - "}) {
    CAPTURE(line);
    CHECK_FALSE(parse_mount(line));
  }
}

TEST_CASE("mountinfo: a mount is found by its id, or by the longest prefix if ids are unknown") {
  constexpr auto table =
      "1 0 8:1 / / rw - ext4 a rw\n"
      "2 1 8:2 / /data rw - ext4 b rw\n"
      "garbage\n"
      "3 2 8:3 / /data/deep rw - xfs c rw\n"
      "4 1 8:4 / /data rw - tmpfs d rw\n"
      "5 1 8:5 / /database rw - btrfs e rw";
  CHECK(mount_with_id(table, 2)->type == "ext4");
  CHECK(mount_with_id(table, 5)->point == "/database");
  CHECK_FALSE(mount_with_id(table, 6));
  CHECK_FALSE(mount_with_id("12 0 8:1 / / rw - ext4 a rw\n", 2));
  CHECK(mount_with_id("2 torn\n2 1 8:2 / /data rw - ext4 b rw\n", 2)->point == "/data");
  CHECK(mount_above(table, "/")->id == 1);
  CHECK(mount_above(table, "/etc/x")->id == 1);
  CHECK(mount_above(table, "/data")->id == 4);
  CHECK(mount_above(table, "/data/x")->id == 4);
  CHECK(mount_above(table, "/data/deep/x")->id == 3);
  CHECK(mount_above(table, "/data2")->id == 1);
  CHECK_FALSE(mount_above("", "/"));
  CHECK(mount_of_device(table, makedev(8, 4))->type == "tmpfs");
  CHECK_FALSE(mount_of_device(table, makedev(8, 40)));
}
