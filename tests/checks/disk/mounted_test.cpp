// Tests volumes that are not mounted: mounts that appear and disappear below a path.
#include <sys/sysmacros.h>

#include <doctest/doctest.h>

#include "checks/disk/fixtures.hpp"
#include "checks/loop_fixtures.hpp"
#include "disk/identity.hpp"
#include "disk/observe.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// Replaces the test's directory with TOP and the types of surrounding file systems with TYPE.
std::string generic(std::string text, const temp_folder& top) {
  const auto replace = [&](const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
      text.replace(at, what.size(), by);
  };
  const auto around = disk::observe(top.path());
  REQUIRE(around.mount);
  replace(top.path(), "TOP");
  replace(fmt::format("part of {} ({})", around.mount->point, around.mount->type), "part of AROUND");
  replace(fmt::format("part of {}, {})", around.mount->point, around.mount->type), "part of AROUND)");
  return text;
}

std::vector<raw_member> must_be_mounted(std::vector<raw_member> more = {}) {
  more.push_back(option("mount", "true"));
  return more;
}

bool mount_tmpfs(const std::string& at, const char* options = "size=4m") {
  return ::mount("volume", at.c_str(), "tmpfs", 0, options) == 0;
}

/// The observed state of a path on a file system.
disk::path_state on(std::string type, std::uint64_t device, std::string source, std::string point, bool own) {
  disk::path_state out;
  out.measured = "/data/models";
  out.mount = telltale::mount{1, device, "/", std::move(point), std::move(type), std::move(source), false, {}};
  out.is_mount_point = own;
  return out;
}

/// Observes /data/models repeatedly.
struct observer {
  memory kept;
  boot_clock::time_point now{1h};
  std::string real = "/data/models";
  bool steady = false;

  std::string observe(const disk::path_state& seen) {
    disk::disk_options options;
    options.path = {"/data/models"};
    const std::string subject = "/data/models";
    findings found;
    steady = disk::judge_identity(seen, {options, subject, kept, found}, now, [&] { return real; });
    return described(std::move(found).result("fine"));
  }
};

}  // namespace

TEST_CASE("disk mounted: `mount` fails for a directory that is not a mount point, without measuring its parent") {
  if (!may_mount()) return;
  const temp_folder top;
  fs::create_directory(top / "data");
  const auto found = in_private_mounts([&]() -> std::string {
    auto check = disk_on(top / "data", must_be_mounted());
    const auto absent = check.run();
    auto out = described(absent) + fmt::format(" {}\n", absent.measurements.size());
    if (!mount_tmpfs(top / "data")) return "no mount";
    out += described(check.run()).substr(0, 8) + "\n";
    fs::create_symlink("data", top / "link");
    out += described(disk_on(top / "link", must_be_mounted()).run()).substr(0, 8) + "\n";
    fs::create_directory(top / "data/inner");
    out += described(disk_on(top / "data/inner", must_be_mounted()).run()) + "\n";
    if (!mount_tmpfs(top / "data", "size=2m")) return "no second mount";
    out += described(check.run()).substr(0, 13) + "\n";
    ::umount2((top / "data").c_str(), MNT_DETACH);
    ::umount2((top / "data").c_str(), MNT_DETACH);
    return out + described(check.run());
  });
  CHECK(
      generic(found, top) ==
      "fail missing: TOP/data is not a mount point: its volume is not mounted, and what is there is part of AROUND 0\n"
      "pass ok:\npass ok:\n"
      "fail missing: TOP/data/inner is not a mount point: its volume is not mounted, and what is there is part of "
      "TOP/data (tmpfs)\n"
      "warn replaced\n"
      "fail missing: TOP/data is not a mount point: its volume is not mounted, and what is there is part of AROUND");
  CHECK(disk_on("/", must_be_mounted()).run().reason != reason::missing);
}

TEST_CASE("disk mounted: a volume that disappears is reported until it returns") {
  if (!may_mount()) return;
  const temp_folder top;
  fs::create_directory(top / "data");
  const auto found = in_private_mounts([&]() -> std::string {
    if (!mount_tmpfs(top / "data")) return "no mount";
    fs::create_directory(top / "data/models");
    auto lenient = [](const std::string& path) {
      return disk_on(path, {option("warn", "100%"), option("fail", "100%")});
    };
    auto check = lenient(top / "data");
    auto inside = lenient(top / "data/models");
    auto out = described(check.run()) + "\n";
    out += described(inside.run()) + "\n";
    ::umount2((top / "data").c_str(), MNT_DETACH);
    fs::create_directory(top / "data/models");  // by an application that continues
    for (int i = 0; i < 2; ++i) out += described(check.run()) + "\n";
    return out + described(inside.run());
  });
  CHECK(generic(found, top) ==
        "pass ok: TOP/data 0% used, 4.0 MiB available\n"
        "pass ok: TOP/data/models (part of TOP/data, tmpfs) 0% used, 4.0 MiB available\n"
        "warn replaced: TOP/data was a file system of its own (tmpfs), is now part of AROUND\n"
        "warn replaced: TOP/data was a file system of its own (tmpfs), is now part of AROUND\n"
        "warn replaced: TOP/data/models was part of another file system (tmpfs), is now part of AROUND");
}

TEST_CASE("disk mounted: growing a file system is not a change") {
  if (!may_mount()) return;
  const temp_folder top;
  const auto found = in_private_mounts([&]() -> std::string {
    if (!mount_tmpfs(top.path())) return "no mount";
    auto check = disk_on(top.path());
    auto out = described(check.run()) + "\n";
    if (::mount(nullptr, top.path().c_str(), nullptr, MS_REMOUNT, "size=8m") != 0) return "no remount";
    return out + described(check.run());
  });
  CHECK(generic(found, top) == "pass ok: TOP 0% used, 4.0 MiB available\npass ok: TOP 0% used, 8.0 MiB available");
}

TEST_CASE("disk mounted: a deleted directory that is still mounted is replaced, a deleted file is a warning") {
  if (!may_mount()) return;
  const temp_folder top;
  fs::create_directory(top / "source");
  fs::create_directory(top / "view");
  write_file(top / "file", "");
  write_file(top / "file-view", "");
  const auto found = in_private_mounts([&]() -> std::string {
    if (!mount_tmpfs(top / "view")) return "no mount";
    ::umount2((top / "view").c_str(), MNT_DETACH);
    if (!bind_mount(top / "source", top / "view") ||
        ::mount((top / "file").c_str(), (top / "file-view").c_str(), nullptr, MS_BIND, nullptr) != 0)
      return "no bind";
    auto check = disk_on(top / "view", {option("warn", "100%"), option("fail", "100%")});
    auto file = disk_on(top / "file-view", {option("warn", "100%"), option("fail", "100%")});
    auto out = described(check.run()).substr(0, 8) + described(file.run()).substr(0, 8) + "\n";
    fs::remove(top / "source");
    fs::create_directory(top / "source");
    fs::remove(top / "file");
    const auto until = boot_clock::now() + 2s;  // the cached mount table may be out of date
    while (file.run().verdict == verdict::pass && boot_clock::now() < until) continue;
    out += described(check.run()) + "\n";
    return out + described(file.run());
  });
  CHECK(generic(found, top) ==
        "pass ok:pass ok:\n"
        "fail replaced: TOP/view is a mount of a deleted directory: new files at its source path are not visible here\n"
        "warn replaced: TOP/file-view is a mount of a deleted file: new files at its source path are not visible here");
}

TEST_CASE("disk mounted: a directory that a network file system only appears to have deleted is a warning") {
  // After a failed lookup the kernel marks a directory as deleted that still exists on the server.
  auto seen = on("nfs4", makedev(0, 40), "nas:/export", "/data/models", true);
  seen.is_directory = true;
  seen.mount->root = "/models//deleted";
  for (const bool unlinked : {false, true}) {
    seen.is_unlinked = unlinked;
    disk::disk_options options;
    options.path = {"/data/models"};
    memory kept;
    findings found;
    disk::judge_deleted(seen, {options, options.path.text, kept, found});
    CHECK(found.worst_verdict() == (unlinked ? verdict::fail : verdict::warn));
  }
}

TEST_CASE("disk mounted: a device node selects the file system mounted from it") {
  const auto found = on_image({"ext4", "-m 5", "", 32}, [](const std::string& path, const loop_device& device) {
    const temp_folder other;
    fs::create_symlink(device.path(), other / "by-uuid");
    const auto total = disk_on(path).run().measured("total_bytes");
    std::string out;
    for (const auto& name : {device.path(), other / "by-uuid"}) {
      const auto seen = disk_on(name, must_be_mounted({option("write_test", "true")})).run();
      out += fmt::format("{} {} {}\n", to_string(seen.verdict), seen.measured("total_bytes") == total,
                         seen.message.starts_with(fmt::format("{} (mounted on {}, ext4) ", name, path)));
    }
    ::umount2(path.c_str(), MNT_DETACH);
    const auto gone = disk_on(device.path()).run();
    out += described(gone).replace(described(gone).find(device.path()), device.path().size(), "DEVICE");
    return out + fmt::format(" {}", gone.measurements.size());
  });
  if (skipped(found)) return;
  CHECK(
      found ==
      "pass true true\npass true true\n"
      "fail mismatch: DEVICE is a device and no file system is mounted from it here: set the path where it is mounted "
      "0");
  CHECK(described(disk_on("/dev/null").run()) == "fail mismatch: /dev/null is a device, not a file system");
}

TEST_CASE("disk mounted: another file system at the same path is reported for ten minutes") {
  observer at;
  const auto one = on("ext4", makedev(8, 1), "/dev/sda1", "/data/models", true);
  const auto other = on("ext4", makedev(8, 17), "/dev/sdb1", "/data/models", true);
  CHECK(at.observe(one) == "pass ok: fine");
  CHECK(at.steady);
  CHECK(at.observe(other) ==
        "warn replaced: /data/models was a file system of its own (ext4), is now another one (ext4, /dev/sdb1)");
  CHECK_FALSE(at.steady);
  at.now += 9min;
  CHECK(at.observe(other).starts_with("warn replaced: "));
  at.now += 1min;
  CHECK(at.observe(other) == "pass ok: fine");
  CHECK(at.observe(other) == "pass ok: fine");
  CHECK(at.observe(one).starts_with("warn replaced: "));
  CHECK(at.observe(other) == "pass ok: fine");
  at.now += 20min;  // the original's return ends the report, and the next change is reported for ten minutes again
  CHECK(at.observe(one).starts_with("warn replaced: "));
}

TEST_CASE("disk mounted: a late mount is reported for ten minutes, a missing mount without limit") {
  observer at;
  const auto parent = on("overlay", makedev(0, 40), "overlay", "/", false);
  const auto volume = on("xfs", makedev(8, 1), "/dev/sda1", "/data", false);
  const auto own = on("xfs", makedev(8, 2), "/dev/sda2", "/data/models", true);
  at.observe(parent);
  CHECK(at.observe(own) ==
        "warn replaced: /data/models was part of another file system (overlay), is now a file system of its own (xfs, "
        "/dev/sda2)");
  at.now += 10min;
  CHECK(at.observe(own) == "pass ok: fine");
  for (const auto* seen : {&volume, &parent}) {
    const auto& below = *seen;
    at.now += 24h;
    CHECK(at.observe(below) ==
          fmt::format("warn replaced: /data/models was a file system of its own (xfs), is now part of {} ({})",
                      below.mount->point, below.mount->type));
  }
  CHECK(at.observe(own) == "pass ok: fine");
}

TEST_CASE("disk mounted: a removed bind mount of the same file system is reported") {
  observer at;
  at.observe(on("ext4", makedev(8, 1), "/dev/sda1", "/data/models", true));
  CHECK(at.observe(on("ext4", makedev(8, 1), "/dev/sda1", "/", false)) ==
        "warn replaced: /data/models was a separate mount (ext4), is now part of / (ext4)");
}

TEST_CASE("disk mounted: file systems without a stable device number are identified by their source") {
  for (const auto* type : {"nfs4", "btrfs", "zfs", "fuse.sshfs", "9p", "virtiofs"}) {
    CAPTURE(type);
    observer at;
    at.observe(on(type, makedev(0, 40), "here", "/data/models", true));
    CHECK(at.observe(on(type, makedev(0, 52), "here", "/data/models", true)) == "pass ok: fine");
    CHECK(at.observe(on(type, makedev(0, 52), "there", "/data/models", true)).starts_with("warn replaced: "));
  }
  observer at;  // each tmpfs mount is a new file system
  at.observe(on("tmpfs", makedev(0, 40), "tmpfs", "/data/models", true));
  CHECK(at.observe(on("tmpfs", makedev(0, 52), "tmpfs", "/data/models", true)).starts_with("warn replaced: "));
}

TEST_CASE("disk mounted: the same ext4 with another device number is not a change") {
  observer at;
  auto seen = on("ext4", makedev(8, 1), "/dev/sda1", "/data/models", true);
  seen.id = 4711;
  at.observe(seen);
  seen.mount->device = makedev(8, 33);
  seen.mount->source = "/dev/sdc1";
  CHECK(at.observe(seen) == "pass ok: fine");
  seen.id = 4712;  // mkfs on the same device
  CHECK(at.observe(seen).starts_with("warn replaced: "));
}

TEST_CASE("disk mounted: a link changed to another volume is reported for ten minutes") {
  observer at;
  at.real = "/mnt/blue";
  at.observe(on("ext4", makedev(8, 1), "/dev/sda1", "/mnt/blue", true));
  at.real = "/mnt/g";
  const auto green = on("ext4", makedev(8, 2), "/dev/sda2", "/mnt/g", true);
  CHECK(at.observe(green).starts_with("warn replaced: "));
  at.now += 10min;
  CHECK(at.observe(green) == "pass ok: fine");
}

TEST_CASE("disk mounted: without a mount table nothing is compared") {
  observer at;
  at.observe(on("ext4", makedev(8, 1), "/dev/sda1", "/data/models", true));
  disk::path_state blind;
  CHECK(at.observe(blind) == "pass ok: fine");
  CHECK(at.observe(on("ext4", makedev(8, 2), "/dev/sda2", "/data/models", true)).starts_with("warn replaced: "));
  CHECK(at.kept.values().size() < memory::max_entries / 4);
}
