// Counting a directory tree: what is counted, what is not, and where it stops.
#include "disk/directory_size.hpp"

#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"

using namespace telltale;
using namespace telltale::disk;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

double occupied(const std::string& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return static_cast<double>(info.st_blocks) * 512;
}

const std::string hundred_kib(100 * 1024, 'x');

}  // namespace

TEST_CASE("directory size: files and directories of the whole tree are counted") {
  const scratch_directory top;
  fs::create_directories(top / "a/b");
  write_file(top / "one", hundred_kib);
  write_file(top / "a/b/two", hundred_kib);
  const auto size = measure_directory(top.path(), {});
  CHECK(size.complete());
  CHECK(size.entries == 5);
  CHECK(size.bytes == occupied(top.path()) + occupied(top / "a") + occupied(top / "a/b") + occupied(top / "one") +
                          occupied(top / "a/b/two"));
  CHECK(size.bytes >= 200 * 1024);
}

TEST_CASE("directory size: hard links count once, symbolic links are not followed, holes weigh nothing") {
  const scratch_directory elsewhere;
  write_file(elsewhere / "big", hundred_kib);
  const scratch_directory top;
  write_file(top / "file", hundred_kib);
  const auto before = measure_directory(top.path(), {}).bytes;
  fs::create_hard_link(top / "file", top / "again");
  fs::create_symlink(elsewhere.path(), top / "way-out");
  fs::create_symlink(elsewhere / "big", top / "way-to-file");
  fs::create_symlink(top.path(), top / "loop");
  write_file(top / "hole", "");
  fs::resize_file(top / "hole", 1 << 30);
  CHECK(measure_directory(top.path(), {}).bytes < before + 32 * 1024);
  CHECK(measure_directory(top.path(), {}).complete());
}

TEST_CASE("directory size: each bound cuts the walk short and says so") {
  const scratch_directory top;
  for (int i = 0; i < 20; ++i) write_file(top / std::to_string(i), "x");
  fs::create_directories(top / "a/b/c");
  CHECK(measure_directory(top.path(), {}).complete());
  const auto few = measure_directory(top.path(), {10, 64, boot_clock::time_point::max()});
  CHECK(few.cut_short);
  CHECK(few.entries == 10);
  CHECK(measure_directory(top.path(), {1000, 3, boot_clock::time_point::max()}).cut_short);
  CHECK_FALSE(measure_directory(top.path(), {1000, 4, boot_clock::time_point::max()}).cut_short);
  CHECK(measure_directory(top.path(), {1000, 64, boot_clock::now()}).cut_short);
}

TEST_CASE("directory size: what cannot be opened is counted as such") {
  CHECK(measure_directory("/nonexistent/telltale", {}).error == ENOENT);
  const scratch_directory top;
  fs::permissions(top.path(), fs::perms(0755));
  write_file(top / "file", "x");
  CHECK(measure_directory(top / "file", {}).error == ENOTDIR);
  fs::create_directory(top / "locked");
  fs::permissions(top / "locked", fs::perms::none);
  const auto found = as_nobody([&] {
    const auto size = measure_directory(top.path(), {});
    return fmt::format("{} unreadable, complete {}", size.unreadable, size.complete());
  });
  CHECK(found == "1 unreadable, complete false");
  fs::permissions(top / "locked", fs::perms(0700));
}

TEST_CASE("directory size: other file systems below are left out") {
  if (!may_mount()) return;
  const scratch_directory top;
  fs::create_directory(top / "inner");
  const auto alone = measure_directory(top.path(), {}).bytes;
  const auto found = in_private_mounts([&]() -> std::string {
    if (::mount("tmpfs", (top / "inner").c_str(), "tmpfs", 0, "size=1m") != 0) return "no mount";
    write_file(top / "inner/file", hundred_kib);
    return measure_directory(top.path(), {}).bytes <= alone ? "left out" : "counted";
  });
  CHECK(found == "left out");
}
