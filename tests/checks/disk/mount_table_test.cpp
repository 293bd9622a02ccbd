// Tests when the cached mount table is used and when it is read again.
#include "disk/mount_table.hpp"

#include <doctest/doctest.h>

using namespace telltale;
using namespace telltale::disk;
using namespace std::chrono_literals;

namespace {

constexpr auto healthy =
    "1 0 8:1 / / rw - ext4 a rw\n"
    "21 1 8:2 / /data rw - ext4 b rw\n"
    "2 1 8:3 / /image ro - squashfs c ro\n";

/// A table with adjustable text and its own clock.
struct cached_table {
  std::string text = healthy;
  int reads = 0;
  boot_clock::time_point now{1h};
  mount_table table{[this] {
    ++reads;
    return text;
  }};

  std::optional<mount> find(std::uint64_t id, bool readonly = false) { return table.find(id, readonly, now); }
};

}  // namespace

TEST_CASE("disk mount table: lookups within its lifetime share one read") {
  cached_table at;
  for (int i = 0; i < 100; ++i) {
    CHECK(at.find(21)->point == "/data");
    CHECK(at.find(2, true)->type == "squashfs");
    CHECK(at.find(1)->point == "/");
  }
  at.now += mount_table_lifetime - 1ns;
  at.find(21);
  CHECK(at.reads == 1);
}

TEST_CASE("disk mount table: an error without a statvfs flag is detected after the cache expires") {
  cached_table at;
  at.find(21);
  at.text = "21 1 8:2 / /data rw - ext4 b rw,emergency_ro\n";
  CHECK(at.find(21)->refuses == refusal::none);
  at.now += mount_table_lifetime;
  CHECK(at.find(21)->refuses == refusal::stopped);
  CHECK(at.reads == 2);
}

TEST_CASE("disk mount table: a mount missing from the cache triggers a new read") {
  cached_table at;
  at.find(21);
  CHECK_FALSE(at.find(3));
  CHECK(at.reads == 2);
  at.text += "3 1 8:4 / /new rw - xfs d rw";
  CHECK(at.find(3)->point == "/new");
  CHECK(at.find(3)->point == "/new");
  CHECK(at.reads == 3);
}

TEST_CASE("disk mount table: a cached line that contradicts statvfs is read again") {
  cached_table at;
  at.find(21);
  at.text = "21 1 8:2 / /data ro - ext4 b rw\n";
  CHECK(at.find(21, true)->readonly);
  at.text = healthy;
  CHECK_FALSE(at.find(21, false)->readonly);
  CHECK(at.reads == 3);
}

TEST_CASE("disk mount table: a failed read is repeated") {
  cached_table at;
  at.text.clear();
  CHECK_FALSE(at.find(21));
  at.text = healthy;
  CHECK(at.find(21));
}
