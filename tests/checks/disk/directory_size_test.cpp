// Tests the size of a directory tree: what is counted, what is not, and the limits of the walk.
#include "disk/directory_size.hpp"

#include <linux/btrfs.h>
#include <sys/ioctl.h>

#include <cstring>

#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"
#include "checks/fuse_fixtures.hpp"
#include "checks/loop_fixtures.hpp"

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
  const temp_folder top;
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

TEST_CASE("directory size: hard links count once, symbolic links are not followed, holes do not count") {
  const temp_folder elsewhere;
  write_file(elsewhere / "big", hundred_kib);
  const temp_folder top;
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

TEST_CASE("directory size: each limit stops the walk and is reported") {
  const temp_folder top;
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

TEST_CASE("directory size: unreadable directories are counted") {
  CHECK(measure_directory("/nonexistent/telltale", {}).error == ENOENT);
  const temp_folder top;
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

TEST_CASE("directory size: mounts below the directory are not counted, even of the same file system") {
  if (!may_mount()) return;
  const temp_folder elsewhere;
  write_file(elsewhere / "file", hundred_kib);
  const temp_folder top;
  fs::create_directories(top / "inner");
  fs::create_directories(top / "bind");
  write_file(top / "secret", "");
  const auto alone = measure_directory(top.path(), {}).bytes;
  const auto found = in_private_mounts([&]() -> std::string {
    if (::mount("tmpfs", (top / "inner").c_str(), "tmpfs", 0, "size=1m") != 0) return "no mount";
    if (!bind_mount(elsewhere.path(), top / "bind")) return "no bind";
    if (::mount((elsewhere / "file").c_str(), (top / "secret").c_str(), nullptr, MS_BIND, nullptr) != 0)
      return "no bind of a file";
    write_file(top / "inner/file", hundred_kib);
    return measure_directory(top.path(), {}).bytes <= alone ? "left out" : "counted";
  });
  CHECK(found == "left out");
}

TEST_CASE("directory size: all layers of an overlay are counted, on any device") {
  if (!may_mount()) return;
  const temp_folder top;
  for (const auto* name : {"low", "up", "root"}) fs::create_directory(top / name);
  const auto found = in_private_mounts([&]() -> std::string {
    for (const auto* name : {"low", "up"})
      if (::mount("tmpfs", (top / name).c_str(), "tmpfs", 0, "size=4m") != 0) return "no mount";
    for (const auto* name : {"low/layer", "low/layer/bin", "up/upper", "up/work"}) fs::create_directory(top / name);
    write_file(top / "low/layer/one", hundred_kib);
    write_file(top / "low/layer/bin/two", hundred_kib);
    const auto layers =
        fmt::format("lowerdir={},upperdir={},workdir={}", top / "low/layer", top / "up/upper", top / "up/work");
    if (::mount("overlay", (top / "root").c_str(), "overlay", 0, layers.c_str()) != 0)
      return "skipped: no overlay on tmpfs";
    write_file(top / "root/three", hundred_kib);
    struct stat low {};
    struct stat root {};
    ::stat((top / "root/one").c_str(), &low);
    ::stat((top / "root").c_str(), &root);
    const auto size = measure_directory(top / "root", {});
    return fmt::format("{} devices, {} entries, {}", low.st_dev == root.st_dev ? 1 : 2, size.entries,
                       size.bytes >= 300 * 1024 ? "all counted" : fmt::format("{} bytes", size.bytes));
  });
  if (skipped(found)) return;
  CHECK(found == "2 devices, 5 entries, all counted");
}

TEST_CASE("directory size: btrfs subvolumes are counted, and equal inode numbers in them are not hard links") {
  const auto found = on_image({"btrfs", "", "", 128}, [](const std::string& path, const loop_device&) -> std::string {
    const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (const auto* name : {"a", "b"}) {
      btrfs_ioctl_vol_args wanted{};
      std::strcpy(wanted.name, name);
      if (::ioctl(directory, BTRFS_IOC_SUBVOL_CREATE, &wanted) != 0) return "skipped: no subvolumes";
    }
    ::close(directory);
    struct stat one {};
    struct stat other {};
    for (const auto* name : {"a", "b"}) {
      write_file(fmt::format("{}/{}/file", path, name), hundred_kib);
      fs::create_hard_link(fmt::format("{}/{}/file", path, name), fmt::format("{}/{}/again", path, name));
    }
    ::sync();  // blocks are counted once they are allocated
    ::stat((path + "/a/file").c_str(), &one);
    ::stat((path + "/b/file").c_str(), &other);
    const auto size = measure_directory(path, {});
    return fmt::format("{} {} {} {}", one.st_ino == other.st_ino, one.st_dev == other.st_dev, size.complete(),
                       size.bytes >= 200 * 1024 && size.bytes < 300 * 1024);
  });
  if (skipped(found)) return;
  CHECK(found == "true false true true");
}

TEST_CASE("directory size: an error while reading a directory fails, an error of a single entry is counted") {
  const std::map<std::string, std::string> files{{"one", hundred_kib}, {"two", hundred_kib}};
  struct row {
    std::uint32_t opcode;
    int error;
    const char* expected;
  };
  for (const auto& [opcode, error, expected] : {
           row{FUSE_READDIR, 0, "error 0, 3 entries, 0 unreadable"},
           row{FUSE_READDIR, EIO, "error 5, 1 entries, 0 unreadable"},
           row{FUSE_OPENDIR, EIO, "error 5, 0 entries, 0 unreadable"},
           row{FUSE_LOOKUP, EIO, "error 0, 1 entries, 2 unreadable"},
           row{FUSE_LOOKUP, ENOENT, "error 0, 1 entries, 0 unreadable"},  // deleted after it was listed
           row{FUSE_LOOKUP, ESTALE,
               "error 0, 1 entries, 0 unreadable"},  // deleted on the server of a network file system
       }) {
    CAPTURE(expected);
    const auto found =
        on_fuse(files, [&, opcode = opcode, error = error](const std::string& path, fuse_server& server) {
          server.fail(opcode, error);
          const auto size = measure_directory(path, {});
          return fmt::format("error {}, {} entries, {} unreadable", size.error, size.entries, size.unreadable);
        });
    if (skipped_fuse(found)) return;
    CHECK(found == expected);
  }
}
