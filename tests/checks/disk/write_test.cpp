// Tests the write test on real file systems: it does what applications do and leaves nothing behind.
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <doctest/doctest.h>

#include "checks/disk/fixtures.hpp"
#include "checks/fuse_fixtures.hpp"
#include "checks/loop_fixtures.hpp"
#include "disk/write_test.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

/// The message of a check with a write test; the path is replaced with PATH.
std::string result_of(const std::string& path) {
  auto text =
      described(disk_on(path, {option("write_test", "true"), option("warn", "100%"), option("fail", "100%")}).run());
  for (auto at = text.find(path); at != std::string::npos; at = text.find(path)) text.replace(at, path.size(), "PATH");
  return text;
}

bool set_flags(const std::string& path, long flags) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = fd >= 0 && ::ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
  ::close(fd);
  return done;
}

}  // namespace

TEST_CASE("disk write: a directory that accepts no more names is full, although space is available") {
  const auto found = on_image(
      {"ext4", "-m 0 -b 1024 -O ^dir_index", "max_dir_size_kb=4", 32}, [](const std::string& path, const loop_device&) {
        fs::create_directory(path + "/many");
        auto out = result_of(path + "/many").substr(0, 8) + "\n";
        for (int i = 0;; ++i) {
          const auto name = fmt::format("{}/many/{:0>{}}", path, i, disk::named_test_file().size());
          const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
          if (fd < 0) break;
          ::close(fd);
        }
        const auto before = disk_on(path).run().measured("available_bytes").value_or(0);
        out += result_of(path + "/many") + "\n" + result_of(path).substr(0, 8);
        return out + fmt::format("\n{}", before > 1e6);
      });
  if (skipped(found)) return;
  CHECK(found.starts_with(
      "pass ok:\nfail full: write test: cannot create a file: PATH: No space left on device, although "));
  CHECK(found.ends_with(" are available: the directory or the file system's metadata is full\npass ok:\ntrue"));
}

TEST_CASE("disk write: no file is created in an append-only directory, where it could not be removed") {
  const auto found = on_image({"ext4", "-m 0", "", 32}, [](const std::string& path, const loop_device&) {
    fs::create_directory(path + "/log");
    if (!set_flags(path + "/log", FS_APPEND_FL)) return std::string("skipped: no append-only flag");
    auto out = result_of(path + "/log").substr(0, 8);
    out += fs::is_empty(path + "/log") ? " empty" : " left a file";
    set_flags(path + "/log", 0);
    return out;
  });
  if (skipped(found)) return;
  CHECK(found == "pass ok: empty");
}

TEST_CASE("disk write: a missing file is not reported as a permission error") {
  const auto proc = result_of("/proc");
  CHECK(
      proc ==
      "fail readonly: write test: cannot create a file: no user can create files in PATH (No such file or directory); "
      "PATH is on a file system that reports no size, so its space is not measured");
  const temp_folder top;
  CHECK(disk::test_writing(top / "gone").error == ENOENT);
  if (!may_mount()) return;
  const auto deleted = in_private_mounts([&]() -> std::string {
    fs::create_directory(top / "source");
    if (!bind_mount(top / "source", top / "view")) return "no bind";
    fs::remove(top / "source");
    const auto failed = disk::write_failure(disk::test_writing(top / "view"), top / "view", 0);
    return fmt::format("{} {}", to_string(failed.reason), failed.sentence);
  });
  CHECK(deleted == "replaced write test: cannot create a file: " + (top / "view") + " has been deleted");
}

TEST_CASE("disk write: each failing step is named and leaves no file") {
  struct row {
    std::uint32_t opcode;
    int error;
    const char* expected;
  };
  for (const auto& [opcode, error, expected] : {
           row{FUSE_CREATE, ENOSPC, "fail full: write test: cannot create a file: PATH: No space left on device"},
           row{FUSE_CREATE, EDQUOT, "fail full: write test: cannot create a file: PATH: Disk quota exceeded"},
           row{FUSE_CREATE, EACCES, "fail denied: write test: cannot create a file: PATH: permission denied"},
           row{FUSE_WRITE, EIO, "fail corrupt: write test: cannot write a file: PATH: Input/output error"},
           row{FUSE_FSYNC, EIO, "fail corrupt: write test: cannot fsync a file: PATH: Input/output error"},
           row{FUSE_UNLINK, EACCES, "fail denied: write test: cannot remove a file: PATH: permission denied"},
       }) {
    CAPTURE(expected);
    const auto found = on_fuse({}, [&, opcode = opcode, error = error](const std::string& path, fuse_server& server) {
      auto out = result_of(path).substr(0, 8) + " ";
      server.fail(opcode, error);
      out += result_of(path) + "\n";
      server.fail(opcode, 0);
      out += result_of(path).substr(0, 8);  // also after a file that could not be removed
      return out + (::access((path + "/" + disk::named_test_file()).c_str(), F_OK) == 0 ? " left a file" : "");
    });
    if (skipped_fuse(found)) return;
    CAPTURE(found);
    CHECK(found.starts_with(fmt::format("pass ok: {}", expected)));
    CHECK(found.ends_with("\npass ok:"));
  }
}
