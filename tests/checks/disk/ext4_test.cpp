// Tests real ext4 file systems on loop devices: reserved blocks, limits, inodes, and the state after an error.
#include <fcntl.h>
#include <sys/statvfs.h>

#include <doctest/doctest.h>

#include "checks/disk/fixtures.hpp"
#include "checks/loop_fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

std::string brief(const outcome& found) {
  return fmt::format("{} {}", to_string(found.verdict), to_string(found.reason));
}

/// As shown by `df`: only space available to users other than root counts.
double used_percent(const std::string& path) {
  struct statvfs now {};
  ::statvfs(path.c_str(), &now);
  const auto used = static_cast<double>(now.f_blocks - now.f_bfree);
  return 100 * used / (used + static_cast<double>(now.f_bavail));
}

/// Fills by a megabyte's fraction at a time until `percent` is reached.
void fill_to(const std::string& path, double percent) {
  const int fd = ::open((path + "/fill").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const std::string block(64 * 1024, 'x');
  while (used_percent(path) < percent && ::write(fd, block.data(), block.size()) > 0 && ::fsync(fd) == 0) continue;
  ::close(fd);
}

}  // namespace

TEST_CASE("disk ext4: limits apply at 80, 88 and 100 %, where root could still write") {
  const auto found = on_ext4([](const std::string& path) {
    std::string out;
    auto check = disk_on(path);
    auto writing = disk_on(path, {option("write_test", "true"), option("warn", "100%"), option("fail", "100%")});
    for (const double percent : {0.0, 80.0, 88.0, 90.5, 100.0}) {
      fill_to(path, percent);
      out += fmt::format("{:.0f} {}\n", percent, brief(check.run()));
    }
    struct statvfs now {};
    ::statvfs(path.c_str(), &now);
    out += fmt::format("reserve left {}\n", now.f_bavail == 0 && now.f_bfree > 0);
    fs::remove(path + "/fill");
    ::sync();
    return out + brief(check.run()) + "\n" + brief(writing.run());
  });
  if (skipped(found)) return;
  CHECK(found ==
        "0 pass ok\n80 warn threshold\n88 warn threshold\n90 fail threshold\n100 fail full\nreserve left true\n"
        "pass ok\npass ok");
}

TEST_CASE("disk ext4: a file system without free inodes is full although space is available") {
  const auto found = on_ext4(
      [](const std::string& path) {
        auto check = disk_on(path);
        const auto before = brief(check.run());
        int files = 0;
        for (;; ++files) {
          const int fd = ::open(fmt::format("{}/{}", path, files).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
          if (fd < 0) break;
          ::close(fd);
        }
        const bool by_inodes = errno == ENOSPC && used_percent(path) < 50;
        const auto seen = check.run();
        return fmt::format("{}, {}, {}, {}", before, by_inodes, brief(seen),
                           seen.message.find("has no inodes left") != std::string::npos);
      },
      "-m 5 -N 128");
  if (skipped(found)) return;
  CHECK(found == "pass ok, true, fail full, true");
}

TEST_CASE("disk ext4: refused writes after an error are detected although the mount is still rw") {
  const auto found = on_ext4([](const std::string& path) -> std::string {
    auto check = disk_on(path);
    auto strict = disk_on(path, {option("expect_writable", "true")});
    auto writing = disk_on(path, {option("write_test", "true")});
    std::string out = brief(check.run()) + ", " + brief(strict.run()) + ", " + brief(writing.run());
    // Does manually what ext4 does with errors=remount-ro.
    if (::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT, "abort") != 0) return "skipped: abort is not permitted";
    const int fd = ::open((path + "/new").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0) return "it can still be written";
    // The cached mount table may be out of date.
    const auto until = boot_clock::now() + std::chrono::seconds(2);
    while (check.run().verdict == verdict::pass && boot_clock::now() < until) continue;
    return out + " -> " + brief(check.run()) + ", " + brief(strict.run()) + ", " + brief(writing.run());
  });
  if (skipped(found)) return;
  CHECK(found == "pass ok, pass ok, pass ok -> warn readonly, fail readonly, fail readonly");
}

TEST_CASE("disk ext4: a read-only remount fails until it is reverted, and a read-only bind passes in its first run") {
  const auto found = on_ext4([](const std::string& path) -> std::string {
    auto strict = disk_on(path, {option("expect_writable", "true")});
    auto check = disk_on(path);
    std::string out = brief(strict.run());
    check.run();
    if (::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return "no remount";
    out += ", " + brief(strict.run()) + ", " + brief(check.run());
    if (::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT, nullptr) != 0) return "no remount back";
    out += ", " + brief(strict.run()) + ", " + brief(check.run());
    if (::mount(path.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
        ::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0)
      return "no bind";
    // A read-only bind, as in a sidecar; for a check that observed the read-write mount it is a change.
    out += ", " + brief(disk_on(path, {option("expect_writable", "true")}).run()) + ", " + brief(strict.run());
    ::umount2(path.c_str(), MNT_DETACH);
    return out;
  });
  if (skipped(found)) return;
  CHECK(found == "pass ok, fail readonly, warn readonly, pass ok, pass ok, pass ok, fail readonly");
}

TEST_CASE("disk ext4: a full read-only volume, such as a ROX volume, passes") {
  const auto found = on_ext4([](const std::string& path) -> std::string {
    fill_to(path, 100);
    auto before = disk_on(path);
    auto out = brief(before.run());
    if (::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return "no remount";
    // A new check has no earlier state to compare; the other check observed a full disk that became read-only.
    const auto seen = disk_on(path).run();
    out += fmt::format(" -> {} {}", brief(seen), seen.message.ends_with(", read-only"));
    return out + fmt::format(", {}", brief(before.run()));
  });
  if (skipped(found)) return;
  CHECK(found == "fail full -> pass ok true, fail full");
}
