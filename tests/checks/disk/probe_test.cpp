// Tests the disk check on real file systems: a tmpfs that fills up, read-only mounts, write tests.
#include <sys/statvfs.h>

#include <algorithm>

#include <doctest/doctest.h>

#include "checks/disk/fixtures.hpp"
#include "disk/observe.hpp"
#include "disk/write_test.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

/// Runs `body` with a tmpfs of 4 MiB and 64 inodes on a temporary directory.
std::string on_tmpfs(const std::function<std::string(const std::string& path)>& body) {
  const temp_folder at;
  return in_private_mounts([&]() -> std::string {
    if (::mount("tmpfs", at.path().c_str(), "tmpfs", 0, "size=4m,nr_inodes=64,mode=1777") != 0) return "no mount";
    return body(at.path());
  });
}

void fill_to(const std::string& path, double percent) {
  write_file(path + "/fill", std::string(static_cast<std::size_t>(4096.0 * 1024 * percent / 100) / 4096 * 4096, 'x'));
}

/// Sizes and times of these paths; a file created or removed shows in the times of its directory.
std::string traces(const std::vector<std::string>& paths) {
  std::string out;
  for (const auto& path : paths) {
    struct stat info {};
    REQUIRE(::lstat(path.c_str(), &info) == 0);
    out += fmt::format("{} {} {}.{} {}.{} {}.{}\n", path, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                       info.st_ctim.tv_sec, info.st_ctim.tv_nsec, info.st_atim.tv_sec, info.st_atim.tv_nsec);
  }
  return out;
}

/// Access and modification times so old that the next access would be recorded even under relatime.
void make_old(const std::vector<std::string>& paths) {
  const timespec long_ago[2] = {{1'000'000'000, 1}, {1'000'000'001, 1}};
  for (const auto& path : paths) REQUIRE(::utimensat(AT_FDCWD, path.c_str(), long_ago, 0) == 0);
}

}  // namespace

TEST_CASE("disk: the numbers are those of statvfs") {
  const temp_folder top;
  struct statvfs expected {};
  REQUIRE(::statvfs(top.path().c_str(), &expected) == 0);
  const auto found = disk_on(top.path(), {option("warn", "100%"), option("fail", "100%")}).run();
  CHECK(found.measured("total_bytes") ==
        static_cast<double>(expected.f_blocks) * static_cast<double>(expected.f_frsize));
  CHECK(found.measured("used_ratio"));
  CHECK(found.measured("available_bytes"));
}

TEST_CASE("disk: every measurement that is reported is declared") {
  const temp_folder top;
  const auto type = checks::disk();
  const auto found = disk_on(top.path(), {option("size_limit", "1GiB")}).run();
  CHECK(found.measurements.size() >= 6);
  for (const auto& measured : found.measurements) {
    CAPTURE(measured.name);
    CHECK(std::any_of(type.measurements.begin(), type.measurements.end(),
                      [&](const auto& info) { return info.name == measured.name && !info.doc.empty(); }));
  }
}

TEST_CASE("disk: a missing path is missing, an inaccessible one is denied") {
  const temp_folder top;
  fs::permissions(top.path(), fs::perms(0755));
  CHECK(described(disk_on(top / "gone").run()) == "fail missing: " + (top / "gone") + " does not exist");
  CHECK(described(disk_on(top / "no/where").run()) ==
        "fail missing: " + (top / "no/where") + " does not exist, nor does the directory " + (top / "no"));
  fs::create_symlink("nowhere", top / "dangling");
  CHECK(described(disk_on(top / "dangling").run()) ==
        "fail missing: " + (top / "dangling") + " is a symbolic link to something that does not exist");
  fs::create_symlink("loop", top / "loop");
  CHECK(described(disk_on(top / "loop").run()) == "fail mismatch: " + (top / "loop") + " is a loop of symbolic links");
  write_file(top / "file", "x");
  CHECK(disk_on(top / "file/below").run().reason == reason::missing);
  CHECK(disk_on(top / "file").run().measured("total_bytes"));
  fs::create_directories(top / "locked/inner");
  fs::permissions(top / "locked", fs::perms::none);
  const auto found = as_nobody([&] { return described(disk_on(top / "locked/inner").run()); });
  CHECK(found.starts_with("fail denied: " + (top / "locked/inner") + ": permission denied (to uid "));
  fs::permissions(top / "locked", fs::perms(0700));
}

TEST_CASE("disk: a tmpfs passes, warns and fails as it fills, and recovers") {
  if (!may_mount()) return;
  const auto found = on_tmpfs([](const std::string& path) {
    std::string out;
    auto check = disk_on(path);
    for (double percent : {0.0, 50.0, 82.0, 92.0, 100.0, 92.0, 89.0, 50.0}) {
      fill_to(path, percent);
      const auto seen = check.run();
      out += fmt::format("{} {} {}\n", percent, to_string(seen.verdict), to_string(seen.reason));
    }
    return out;
  });
  CHECK(found ==
        "0 pass ok\n50 pass ok\n82 warn threshold\n92 fail threshold\n100 fail full\n92 fail threshold\n"
        "89 fail threshold\n50 pass ok\n");
}

TEST_CASE("disk: a file system without inodes left is full") {
  if (!may_mount()) return;
  const auto found = on_tmpfs([](const std::string& path) {
    std::string out;
    auto check = disk_on(path);
    int files = 0;
    for (int upto : {40, 54, 60, 63}) {
      while (files < upto) write_file(fmt::format("{}/{}", path, files++), "");
      const auto seen = check.run();
      out += fmt::format("{} {} {} {}\n", upto, to_string(seen.verdict), to_string(seen.reason),
                         seen.measured("inodes_used").value_or(-1));
    }
    return out;
  });
  CHECK(found == "40 pass ok 41\n54 warn threshold 55\n60 fail threshold 61\n63 fail full 64\n");
}

TEST_CASE("disk: a read-only remount warns, or fails with expect_writable") {
  if (!may_mount()) return;
  const auto found = on_tmpfs([](const std::string& path) {
    auto remembering = disk_on(path);
    auto strict = disk_on(path, {option("expect_writable", "true")});
    auto writing = disk_on(path, {option("write_test", "true")});
    std::string out;
    auto add = [&](const outcome& seen) {
      out += fmt::format("{} {}\n", to_string(seen.verdict), to_string(seen.reason));
    };
    add(remembering.run()), add(strict.run()), add(writing.run());
    if (::mount("tmpfs", path.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) != 0) return std::string("no remount");
    add(remembering.run()), add(strict.run()), add(writing.run()), add(disk_on(path).run());
    return out;
  });
  CHECK(found == "pass ok\npass ok\npass ok\nwarn readonly\nfail readonly\nfail readonly\npass ok\n");
}

TEST_CASE("disk: a read-only bind of a writable file system counts as writable") {
  if (!may_mount()) return;
  const auto found = on_tmpfs([](const std::string& path) {
    if (::mount(path.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
        ::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0)
      return std::string("no bind");
    const auto quiet = disk_on(path).run();
    if (!disk::observe(path).readonly || !disk::observe(path).mount->readonly) return std::string("not seen");
    return fmt::format("{} {} {}", to_string(quiet.verdict), quiet.message.ends_with(", mounted read-only"),
                       to_string(disk_on(path, {option("expect_writable", "true")}).run().reason));
  });
  CHECK(found == "pass true ok");
}

TEST_CASE("disk: a read-only file system below a writable mount is reported in the first run") {
  if (!may_mount()) return;
  const temp_folder other;
  const auto found = on_tmpfs([&](const std::string& path) {
    // The bind keeps its own flags while its file system becomes read-only, as after an ext4 error.
    if (::mount(path.c_str(), other.path().c_str(), nullptr, MS_BIND, nullptr) != 0 ||
        ::mount("tmpfs", path.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) != 0)
      return std::string("no bind");
    return described(disk_on(other.path()).run());
  });
  CHECK(found == "warn readonly: " + other.path() +
                     " is mounted read-write but cannot be written: a file system error, or a read-only volume");
}

TEST_CASE("disk: the mount of a path is found through symbolic links") {
  const auto direct = disk::observe("/proc");
  REQUIRE(direct.mount);
  CHECK(direct.mount->type == "proc");
  const temp_folder top;
  fs::create_symlink("/proc/self", top / "link");
  CHECK(disk::observe(top / "link").mount == direct.mount);
  CHECK(disk::observe(top.path()).mount != direct.mount);
}

TEST_CASE("disk: a write test distinguishes full, denied and read-only, and leaves nothing") {
  const temp_folder top;
  fs::permissions(top.path(), fs::perms(0755));
  write_file(top / "file", "x");
  const std::vector<std::string> all{top.path(), top / "file"};
  make_old(all);
  const auto before = traces(all);
  CHECK(disk::test_writing(top.path()).error == 0);
  CHECK(disk::test_writing(top / "file").error == 0);
  // Only the directory's modification time shows that a name was created and removed.
  CHECK(traces({top / "file"}) == before.substr(before.find('\n') + 1));
  CHECK(std::distance(fs::directory_iterator(top.path()), {}) == 1);
  CHECK(disk::test_writing(top / "gone").error == ENOENT);
  const auto denied = as_nobody([&] {
    auto check = disk_on(top.path(), {option("write_test", "true"), option("warn", "100%"), option("fail", "100%")});
    return described(check.run());
  });
  if (::geteuid() == 0) CHECK(denied.starts_with("fail denied: write test: cannot create a file: " + top.path()));
  else MESSAGE("skipped: the owner of the directory is always allowed (needs root)");
  if (!may_mount()) return;
  const auto full = on_tmpfs([](const std::string& path) {
    fill_to(path, 100);
    const auto result = disk::test_writing(path);
    return fmt::format("{} {}", result.step, result.error == ENOSPC);
  });
  CHECK(full == "write true");
}

TEST_CASE("disk: without unnamed files a named one is used, and a leftover one is removed") {
  const temp_folder top;
  CHECK(disk::test_writing(top.path(), false).error == 0);
  CHECK(fs::is_empty(top.path()));
  write_file(top / disk::named_test_file(), "left by a kill");
  CHECK(disk::test_writing(top.path(), false).error == 0);
  CHECK(fs::is_empty(top.path()));
  // Files of others are not removed, and a link is not followed.
  write_file(top / "precious", "data");
  fs::create_symlink("precious", top / disk::named_test_file());
  CHECK(disk::test_writing(top.path(), false).error == 0);
  CHECK(fs::file_size(top / "precious") == 4);
  fs::create_directory(top / disk::named_test_file());
  CHECK(disk::test_writing(top.path(), false).error == EEXIST);
}

TEST_CASE("disk: a probe without a write test leaves no trace, not even an access time") {
  const temp_folder top;
  fs::create_directory(top / "inner");
  write_file(top / "inner/file", "x");
  const std::vector<std::string> all{top.path(), top / "inner", top / "inner/file"};
  make_old(all);
  const auto before = traces(all);
  auto check = disk_on(top.path(), {option("size_limit", "1GiB")});
  for (int i = 0; i < 10; ++i) check.run();
  CHECK(traces(all) == before);
}

TEST_CASE("disk: a directory larger than its quota fails") {
  const temp_folder top;
  write_file(top / "file", std::string(300 * 1024, 'x'));
  auto found =
      disk_on(top.path(), {option("size_limit", "100KiB"), option("warn", "99%"), option("fail", "100%")}).run();
  CHECK(found.verdict == verdict::fail);
  CHECK(found.message.find("of its 100KiB (limit 100%)") != std::string::npos);
  CHECK(found.measured("directory_bytes").value_or(0) >= 300 * 1024);
  found = disk_on(top.path(), {option("size_limit", "1GiB"), option("warn", "99%"), option("fail", "100%")}).run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.message.find(" available; holds 30") != std::string::npos);
  CHECK(found.message.ends_with(" KiB, 0% of its 1GiB"));
  found = disk_on(top / "file", {option("size_limit", "1GiB")}).run();
  CHECK(found.message.find((top / "file") + " is not a directory, so it has no size_limit") != std::string::npos);
}

TEST_CASE("disk: a file system without a size is a warning") {
  const auto seen = disk_on("/proc").run();
  CHECK(described(seen) ==
        "warn mismatch: /proc is on a file system that reports no size, so its space is not measured");
}

TEST_CASE("disk: contradictory options are rejected") {
  auto refused = [](std::vector<raw_member> options) -> std::string {
    problems errors;
    options.push_back(option("path", "/data"));
    checks::disk().validate(raw_value::map(std::move(options)), errors, {});
    return errors.empty() ? "accepted" : errors.list().front().message;
  };
  CHECK(refused({}) == "accepted");
  CHECK(refused({option("fail", "70%")}) == "warn (80%) must be below fail (70%), or a warning could never be seen");
  CHECK(refused({option("warn", "90%")}) == "accepted");
  CHECK(refused({option("size_limit", "0B")}) == "size_limit: must be more than 0B");
  CHECK(refused({option("warn", "80")}).starts_with("warn: expected a percentage"));
  CHECK(refused({option("inodes", "95%"), option("free", "2GiB")}) == "accepted");
}
