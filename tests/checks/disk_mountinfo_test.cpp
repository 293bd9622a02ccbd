// Lines of /proc/self/mountinfo, as kernels write them.
#include "disk/mountinfo.hpp"

#include <doctest/doctest.h>

using namespace telltale::disk;

TEST_CASE("mountinfo: a line gives mount point, type and both kinds of read-only") {
  struct row {
    const char* line;
    mount expected;
  };
  for (const auto& [line, expected] : {
           row{"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
               {36, "/mnt2", "ext3", false, false}},
           row{"22 1 8:1 / / rw - ext4 /dev/sda1 ro", {22, "/", "ext4", false, true}},
           row{"22 1 8:1 / /data ro shared:2 master:1 - xfs /dev/sda1 rw", {22, "/data", "xfs", true, false}},
           row{"22 1 8:1 / /data rw - ext4 /dev/sda1 rw,emergency_ro", {22, "/data", "ext4", false, true}},
           row{"22 1 8:1 / /data rw - ext4 /dev/sda1 rw,shutdown", {22, "/data", "ext4", false, true}},
           row{R"(9 1 0:5 / /with\040space\134x rw - tmpfs none rw,size=64k)",
               {9, R"(/with space\x)", "tmpfs", false, false}},
       }) {
    CAPTURE(line);
    CHECK(parse_mount(line) == expected);
  }
}

TEST_CASE("mountinfo: options are whole words") {
  CHECK_FALSE(parse_mount("1 1 0:5 / /a rootcontext - tmpfs none rw,errors=remount-ro")->readonly_inside);
}

TEST_CASE("mountinfo: what is not a line of it is skipped") {
  for (auto line : {"", " - ", "x", "22 1 8:1 / /data rw ext4 /dev/sda1 rw", "x 1 8:1 / /a rw - ext4 b rw", "22 - ",
                    "22 1 8:1 / /a rw - "}) {
    CAPTURE(line);
    CHECK_FALSE(parse_mount(line));
  }
}

TEST_CASE("mountinfo: a mount is found by its id, or by the longest prefix where ids are unknown") {
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
}

TEST_CASE("mountinfo: an error-remounted file system is told from one mounted read-only") {
  const mount intended{1, "/", "ext4", true, true};
  const mount bind{1, "/", "ext4", true, false};
  const mount broken{1, "/", "ext4", false, true};
  const mount image{1, "/", "squashfs", false, true};
  const mount fine{1, "/", "ext4", false, false};
  CHECK(write_state_of(intended, true) == write_state::readonly);
  CHECK(write_state_of(bind, true) == write_state::readonly);
  CHECK(write_state_of(broken, true) == write_state::readonly_inside);
  CHECK(write_state_of(broken, false) == write_state::readonly_inside);
  CHECK(write_state_of(image, true) == write_state::readonly);
  CHECK(write_state_of(fine, false) == write_state::writable);
  CHECK(write_state_of(fine, true) == write_state::readonly);
  CHECK(write_state_of(std::nullopt, false) == write_state::writable);
  CHECK(write_state_of(std::nullopt, true) == write_state::readonly);
  CHECK(is_image(image));
  CHECK_FALSE(is_image(intended));
  CHECK_FALSE(is_image(std::nullopt));
}
