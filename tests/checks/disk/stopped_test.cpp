// Tests file systems that stopped after an error: through read-only mounts, overlays and in a first run.
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

std::vector<raw_member> strictly() { return {option("expect_writable", "true")}; }

std::string errors_file(const loop_device& device, const char* name) {
  return fmt::format("/sys/fs/ext4/{}/{}", device.name(), name);
}

/// Triggers a file system error, which ext4 handles by its errors= option.
bool break_ext4(const loop_device& device) {
  const int fd = ::open(errors_file(device, "trigger_fs_error").c_str(), O_WRONLY | O_CLOEXEC);
  const bool done = fd >= 0 && ::write(fd, "test", 4) == 4;
  if (fd >= 0) ::close(fd);
  return done;
}

/// Repeats runs until one has the verdict, because the cached mount table may be out of date.
outcome settled(checked& check, verdict wanted) {
  const auto until = boot_clock::now() + std::chrono::seconds(2);
  auto found = check.run();
  while (found.verdict != wanted && boot_clock::now() < until) found = check.run();
  return found;
}

/// The outcomes of a check with expect_writable and one without, followed by those of two new checks.
std::string all_outcomes(checked& strict, checked& plain, const std::string& path, verdict wanted) {
  auto out = brief(settled(strict, wanted));
  out += ", " + brief(plain.run());
  auto late = disk_on(path, strictly());
  auto late_plain = disk_on(path);
  out += "; " + brief(settled(late, wanted));
  return out + ", " + brief(late_plain.run());
}

constexpr auto remounting = "errors=remount-ro";

}  // namespace

TEST_CASE("disk stopped: a read-only bind satisfies expect_writable until ext4 stops") {
  const auto found = on_image({"ext4", "-m 5", remounting, 32}, [](const std::string& path, const loop_device& device) {
    const temp_folder other;
    const auto view = other / "view";
    if (!bind_mount(path, view, true)) return std::string("no bind");
    auto strict = disk_on(view, strictly());
    auto plain = disk_on(view);
    auto out = all_outcomes(strict, plain, view, verdict::pass);
    if (!break_ext4(device)) return std::string("skipped: errors cannot be triggered");
    out += " -> " + all_outcomes(strict, plain, view, verdict::fail);
    ::umount2(view.c_str(), MNT_DETACH);
    return out;
  });
  if (skipped(found)) return;
  CHECK(found == "pass ok, pass ok; pass ok, pass ok -> fail readonly, warn readonly; fail readonly, warn readonly");
}

TEST_CASE(
    "disk stopped: an error that sets the read-only flag, as before Linux 6.12, is distinguished from a mount option") {
  const auto found =
      on_image({"ext4", "-m 5", "errors=continue", 32}, [](const std::string& path, const loop_device& device) {
        const temp_folder other;
        const auto view = other / "view";
        const auto elsewhere = other / "elsewhere";
        if (!bind_mount(path, view, true) || !bind_mount(path, elsewhere)) return std::string("no bind");
        auto strict = disk_on(view, strictly());
        auto out = brief(strict.run());
        // The effect of remount-ro: the file system becomes read-only, but its other mounts keep their flags.
        if (::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, "errors=continue") != 0)
          return std::string("no remount");
        out += " -> " + brief(settled(strict, verdict::fail));
        out += ", " + brief(disk_on(view).run());
        ::umount2(elsewhere.c_str(), MNT_DETACH);
        // With every mount read-only it may be intended, until ext4 reports errors.
        auto late = disk_on(view);
        out += "; " + brief(settled(late, verdict::pass));
        out += ", " + brief(disk_on(view, strictly()).run());
        if (!break_ext4(device)) return std::string("skipped: errors cannot be triggered");
        out += "; " + brief(settled(late, verdict::warn));
        ::umount2(view.c_str(), MNT_DETACH);
        return out;
      });
  if (skipped(found)) return;
  CHECK(found == "pass ok -> fail readonly, warn readonly; pass ok, fail readonly; warn readonly");
}

TEST_CASE("disk stopped: an overlay above a stopped ext4 is not writable, wherever that ext4 is mounted") {
  const auto found = on_image({"ext4", "-m 5", remounting, 32}, [](const std::string& path, const loop_device& device) {
    const temp_folder other;
    for (const auto* name : {"upper", "work", "etc"}) fs::create_directory(path + "/" + name);
    write_file(path + "/etc/hosts", "127.0.0.1 localhost\n");
    fs::create_directory(other / "lower");
    fs::create_directory(other / "root");
    write_file(other / "hosts", "");
    const auto layers = fmt::format("lowerdir={},upperdir={}/upper,workdir={}/work", other / "lower", path, path);
    if (::mount("overlay", (other / "root").c_str(), "overlay", 0, layers.c_str()) != 0)
      return std::string("skipped: no overlay");
    const auto root = other / "root";
    auto strict = disk_on(root, strictly());
    auto plain = disk_on(root);
    auto out = all_outcomes(strict, plain, root, verdict::pass);
    if (!break_ext4(device)) return std::string("skipped: errors cannot be triggered");
    out += " -> " + all_outcomes(strict, plain, root, verdict::fail);
    // In a container the ext4 is visible only as the source of single files, such as /etc/hosts.
    if (::mount((path + "/etc/hosts").c_str(), (other / "hosts").c_str(), nullptr, MS_BIND, nullptr) != 0 ||
        ::umount2(path.c_str(), MNT_DETACH) != 0)
      return std::string("no bind of a file");
    out += "; " + brief(settled(strict, verdict::fail));
    out += ", " + brief(settled(plain, verdict::warn));
    ::umount2((other / "hosts").c_str(), MNT_DETACH);
    ::umount2((other / "root").c_str(), MNT_DETACH);
    return out;
  });
  if (skipped(found)) return;
  CHECK(found ==
        "pass ok, pass ok; pass ok, pass ok -> fail readonly, warn readonly; fail readonly, warn readonly; "
        "fail readonly, warn readonly");
}

TEST_CASE("disk stopped: a healthy overlay beside a stopped ext4 passes") {
  const auto found = on_image({"ext4", "-m 5", remounting, 32}, [](const std::string&, const loop_device& device) {
    const temp_folder other;
    for (const auto* name : {"lower", "upper", "work", "root"}) fs::create_directory(other / name);
    const auto layers =
        fmt::format("lowerdir={},upperdir={},workdir={}", other / "lower", other / "upper", other / "work");
    if (::mount("overlay", (other / "root").c_str(), "overlay", 0, layers.c_str()) != 0)
      return std::string("skipped: no overlay");
    if (!break_ext4(device)) return std::string("skipped: errors cannot be triggered");
    auto strict =
        disk_on(other / "root", {option("expect_writable", "true"), option("warn", "100%"), option("fail", "100%")});
    const auto out = brief(strict.run());
    ::umount2((other / "root").c_str(), MNT_DETACH);
    return out;
  });
  if (skipped(found)) return;
  CHECK(found == "pass ok");
}

TEST_CASE("disk stopped: an overlay without an upper directory is read-only by design, also as a read-only bind") {
  if (!may_mount()) return;
  const auto found = in_private_mounts([&]() -> std::string {
    const temp_folder top;
    if (::mount("tmpfs", top.path().c_str(), "tmpfs", 0, "size=1m") != 0) return "cannot mount a tmpfs";
    for (const auto* name : {"a", "b", "m", "bound"}) fs::create_directory(top / name);
    const auto layers = fmt::format("lowerdir={}:{}", top / "a", top / "b");
    if (::mount("overlay", (top / "m").c_str(), "overlay", 0, layers.c_str()) != 0) return "skipped: no overlay";
    const auto result_of = [](const std::string& path) { return brief(disk_on(path, {}).run()); };
    std::string out = result_of(top / "m");
    out += ", expected writable: " + brief(disk_on(top / "m", {option("expect_writable", "true")}).run());
    if (::mount((top / "m").c_str(), (top / "bound").c_str(), nullptr, MS_BIND, nullptr) != 0) return "cannot bind";
    ::mount(nullptr, (top / "bound").c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr);
    out += "; bound: " + result_of(top / "bound");
    ::umount2((top / "m").c_str(), MNT_DETACH);
    out += ", alone: " + result_of(top / "bound");
    ::umount2((top / "bound").c_str(), MNT_DETACH);
    ::umount2(top.path().c_str(), MNT_DETACH);
    return out;
  });
  if (skipped(found)) return;
  CHECK(found == "pass ok, expected writable: fail readonly; bound: pass ok, alone: pass ok");
}

TEST_CASE("disk stopped: an overlay with hidden layers reports a read-only file system below it") {
  const auto found = on_image({"ext4", "-m 5", "", 32}, [](const std::string& path, const loop_device&) {
    const temp_folder other;
    for (const auto* name : {"upper", "work"}) fs::create_directory(path + "/" + name);
    for (const auto* name : {"lower", "root"}) fs::create_directory(other / name);
    const auto layers = fmt::format("lowerdir={},upperdir={}/upper,workdir={}/work", other / "lower", path, path);
    if (::mount("overlay", (other / "root").c_str(), "overlay", 0, layers.c_str()) != 0)
      return std::string("skipped: no overlay");
    auto strict = disk_on(other / "root", strictly());
    auto out = brief(strict.run());
    if (::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return std::string("no remount");
    ::umount2(path.c_str(), MNT_DETACH);
    out += " -> " + brief(strict.run());
    ::umount2((other / "root").c_str(), MNT_DETACH);
    return out;
  });
  if (skipped(found)) return;
  CHECK(found == "pass ok -> fail readonly");
}

TEST_CASE("disk stopped: an ext4 that continues after errors warns with their number") {
  const auto found =
      on_image({"ext4", "-m 5", "errors=continue", 32}, [](const std::string& path, const loop_device& device) {
        auto strict = disk_on(path, strictly());
        auto out = brief(strict.run());
        if (!break_ext4(device)) return std::string("skipped: errors cannot be triggered");
        return out + " -> " + described(settled(strict, verdict::warn));
      });
  if (skipped(found)) return;
  CHECK(found.starts_with("pass ok -> warn corrupt: "));
  CHECK(
      found.ends_with(" has recorded 1 file system error since it was last checked; run e2fsck while it is not "
                      "mounted"));
}

TEST_CASE("disk stopped: an XFS after a shutdown fails although statfs succeeds") {
  const auto found = on_image({"xfs", "", "", 320}, [](const std::string& path, const loop_device&) {
    auto plain = disk_on(path);
    auto out = brief(plain.run());
    constexpr unsigned long go_down = _IOR('X', 125, std::uint32_t);  // XFS_IOC_GOINGDOWN
    std::uint32_t without_flush = 2;
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool down = fd >= 0 && ::ioctl(fd, go_down, &without_flush) == 0;
    ::close(fd);
    if (!down) return std::string("skipped: XFS cannot be shut down");
    struct statvfs numbers {};
    if (::statvfs(path.c_str(), &numbers) != 0) return std::string("statvfs fails as well");
    const auto seen = plain.run();
    return out + " -> " + described(seen).replace(described(seen).find(path), path.size(), "PATH");
  });
  if (skipped(found)) return;
  CHECK(found == "pass ok -> fail corrupt: PATH: Input/output error (stat; statfs still works)");
}

TEST_CASE("disk stopped: an ext4 after a shutdown fails without any option") {
  const auto found = on_image({"ext4", "-m 5", "", 32}, [](const std::string& path, const loop_device&) {
    const temp_folder other;
    const auto view = other / "view";
    if (!bind_mount(path, view, true)) return std::string("no bind");
    auto plain = disk_on(view);
    auto out = brief(plain.run());
    constexpr unsigned long shut_down = _IOR('X', 125, std::uint32_t);  // EXT4_IOC_SHUTDOWN
    std::uint32_t without_flush = 2;
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool down = fd >= 0 && ::ioctl(fd, shut_down, &without_flush) == 0;
    ::close(fd);
    if (!down) return std::string("skipped: ext4 cannot be shut down");
    out += " -> " + brief(settled(plain, verdict::fail));
    ::umount2(view.c_str(), MNT_DETACH);
    return out;
  });
  if (skipped(found)) return;
  CHECK(found == "pass ok -> fail readonly");
}
