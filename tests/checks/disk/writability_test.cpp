// Tests whether a file system counts as writable, as tables of observations, verdicts and messages.
#include "disk/writability.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "checks/file_fixtures.hpp"

using namespace telltale;
using namespace telltale::disk;
using telltale::testing::described;

namespace {

path_state on(std::string type, bool readonly, refusal refuses) {
  path_state out;
  out.mount = telltale::mount{1, 0, "/", "/data", std::move(type), "/dev/sda1", readonly, refuses};
  return out;
}

std::string judged(const path_state& seen, bool expected, memory& kept) {
  disk_options options;
  options.expect_writable = expected;
  const std::string subject = "/data";
  findings found;
  judge_writability(seen, write_state_of(seen), {options, subject, kept, found});
  return described(std::move(found).result("fine"));
}

std::string first_look(const path_state& seen, bool expected) {
  memory kept;
  return judged(seen, expected, kept);
}

}  // namespace

TEST_CASE("disk writability: the file system's own options decide, not the flags of this mount") {
  CHECK(write_state_of(on("ext4", false, refusal::none)) == write_state::writable);
  CHECK(write_state_of(on("ext4", true, refusal::none)) == write_state::mounted_readonly);
  CHECK(write_state_of(on("ext4", true, refusal::readonly)) == write_state::readonly);
  CHECK(write_state_of(on("ext4", false, refusal::readonly)) == write_state::readonly_inside);
  for (const bool readonly : {false, true}) {
    CHECK(write_state_of(on("ext4", readonly, refusal::stopped)) == write_state::stopped);
    CHECK(write_state_of(on("ext4", readonly, refusal::shut_down)) == write_state::shut_down);
    CHECK(write_state_of(on("squashfs", readonly, refusal::readonly)) == write_state::readonly);
  }
}

TEST_CASE("disk writability: errors and other mounts distinguish a stopped file system from a read-only mount") {
  auto seen = on("ext4", true, refusal::readonly);
  seen.writable_elsewhere = true;
  CHECK(write_state_of(seen) == write_state::readonly_inside);
  seen.writable_elsewhere = false;
  seen.recorded_errors = 3;
  CHECK(write_state_of(seen) == write_state::stopped);
  seen.mount->refuses = refusal::none;  // errors=continue
  CHECK(write_state_of(seen) == write_state::mounted_readonly);
}

TEST_CASE("disk writability: an overlay is as writable as its upper file system") {
  auto seen = on("overlay", false, refusal::none);
  CHECK(write_state_of(seen) == write_state::writable);
  seen.refused_below = true;
  CHECK(first_look(seen, true) ==
        "fail readonly: /data cannot be written: the file system below this overlay stopped all writes after an error");
  seen.refused_below = false;
  seen.below = on("ext4", false, refusal::readonly).mount;
  CHECK(first_look(seen, false) ==
        "warn readonly: /data cannot be written: ext4 (/dev/sda1) stopped all writes after an error");
  seen.below->refuses = refusal::shut_down;
  CHECK(write_state_of(seen) == write_state::shut_down);
}

TEST_CASE("disk writability: without a mount table the flag of statvfs decides") {
  path_state seen;
  CHECK(write_state_of(seen) == write_state::writable);
  seen.readonly = true;
  CHECK(write_state_of(seen) == write_state::readonly);
}

TEST_CASE("disk writability: read-only fails with expect_writable and warns when it was writable before") {
  const auto meant = on("ext4", true, refusal::readonly);
  const auto fine = on("ext4", false, refusal::none);
  memory kept;
  CHECK(judged(meant, true, kept) == "fail readonly: /data is read-only and should be writable");
  CHECK(judged(meant, false, kept) == "pass ok: fine");
  CHECK(judged(fine, false, kept) == "pass ok: fine");
  CHECK(judged(meant, false, kept) == "warn readonly: /data was writable and is now read-only");
  CHECK(judged(fine, true, kept) == "pass ok: fine");
  CHECK(first_look(on("ext4", false, refusal::readonly), false) ==
        "warn readonly: /data is mounted read-write but cannot be written: a file system error, or a read-only volume");
}

TEST_CASE("disk writability: a stopped file system warns, and fails with expect_writable or when reads fail") {
  for (const bool readonly : {false, true}) {
    const auto stopped = on("ext4", readonly, refusal::stopped);
    CHECK(first_look(stopped, false) ==
          "warn readonly: /data cannot be written: ext4 (/dev/sda1) stopped all writes after an error");
    CHECK(first_look(stopped, true).starts_with("fail readonly: "));
    CHECK(first_look(on("ext4", readonly, refusal::shut_down), false) ==
          "fail readonly: /data can be neither read nor written: ext4 (/dev/sda1) has been shut down");
  }
}

TEST_CASE("disk writability: a mount that becomes read-only is a change, one that always was passes") {
  const auto bind = on("ext4", true, refusal::none);
  CHECK(first_look(bind, true) == "pass ok: fine");
  memory kept;
  judged(on("ext4", false, refusal::none), true, kept);
  CHECK(judged(bind, true, kept) == "fail readonly: /data was mounted read-write and is now mounted read-only");
  CHECK(judged(bind, false, kept) == "warn readonly: /data was mounted read-write and is now mounted read-only");
}

TEST_CASE("disk writability: only a file system that was never writable is full by design") {
  const auto full = [](const path_state& seen, const memory& kept) {
    return full_by_design(seen, write_state_of(seen), kept);
  };
  memory was_writable;
  was_writable.set("was_writable", 1);
  CHECK(full(on("squashfs", true, refusal::readonly), was_writable));
  for (const bool readonly : {false, true}) {  // a ROX volume may appear as either
    CHECK(full(on("ext4", readonly, refusal::readonly), {}));
    CHECK_FALSE(full(on("ext4", readonly, refusal::readonly), was_writable));
    CHECK_FALSE(full(on("ext4", readonly, refusal::none), {}));
    CHECK_FALSE(full(on("ext4", readonly, refusal::stopped), {}));
  }
}
