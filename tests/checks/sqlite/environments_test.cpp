// Tests databases in unusual environments: full and read-only file systems, huge files, logs of the other byte order.
#include <sys/statvfs.h>

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "checks/fuse_fixtures.hpp"
#include "checks/loop_fixtures.hpp"
#include "checks/sqlite/fixtures.hpp"
#include "checks/sqlite/image.hpp"
#include "sqlite/observation.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

/// The outer user id of root in `in_user_namespace`.
constexpr uid_t mapped_root = 100'000;

/// Runs `body` in a child that is root of its own user namespace.
std::string in_user_namespace(const std::function<std::string()>& body) {
  int ready[2];
  int mapped[2];
  if (::pipe2(ready, O_CLOEXEC) != 0 || ::pipe2(mapped, O_CLOEXEC) != 0) return "no pipe";
  return in_child([&]() -> std::string {
    const pid_t self = ::getpid();
    const pid_t mapper = ::fork();  // the map is written from outside
    if (mapper == 0) {
      char byte = 0;
      bool done = ::read(ready[0], &byte, 1) == 1;
      for (const auto* name : {"uid_map", "gid_map"})
        done =
            done && (std::ofstream(fmt::format("/proc/{}/{}", self, name)) << fmt::format("0 {} 65536\n", mapped_root))
                        .flush()
                        .good();
      if (done && ::write(mapped[1], "m", 1) != 1) done = false;
      ::_exit(done ? 0 : 1);
    }
    ::close(mapped[1]);
    char byte = 0;
    const bool entered = ::unshare(CLONE_NEWUSER) == 0 && ::write(ready[1], "r", 1) == 1 &&
                         ::read(mapped[0], &byte, 1) == 1 && ::setuid(0) == 0 && ::setgid(0) == 0;
    ::close(ready[1]);
    const auto out = entered ? body() : "skipped: no user namespaces";
    ::waitpid(mapper, nullptr, 0);
    return out;
  });
}

/// The text of `body`, run on its own tmpfs mounted at `at`.
std::string on_tmpfs(const temp_folder& at, const char* options, const std::function<std::string()>& body) {
  return in_private_mounts([&]() -> std::string {
    if (::mount("tmpfs", at.path().c_str(), "tmpfs", 0, options) != 0) return "no tmpfs";
    return body();
  });
}

/// Bytes this process has read (proc(5), rchar), including the variable length of that text itself.
struct bytes_read_so_far {
  std::uint64_t without_asking = 0;
  std::uint64_t with_asking = 0;
};
bytes_read_so_far bytes_read() {
  const auto text = read_file("/proc/self/io");
  std::istringstream io(text);
  std::string word;
  std::uint64_t value = 0;
  io >> word >> value;
  return {value, value + text.size()};
}

/// Converts a log to that of a big-endian machine: another magic number and other checksums, the same pages.
void make_checksums_big_endian(const std::string& path, std::size_t page_size) {
  auto text = read_file(path);
  const auto word = [&](std::size_t at) {
    return sqlite::read_big_endian<std::uint32_t>(std::as_bytes(std::span(text)), at);
  };
  const auto put = [&](std::size_t at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) text[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
  };
  std::uint32_t s0 = 0;
  std::uint32_t s1 = 0;
  const auto add = [&](std::size_t from, std::size_t bytes) {
    for (std::size_t at = from; at < from + bytes; at += 8) {
      s0 += word(at) + s1;
      s1 += word(at + 4) + s0;
    }
  };
  put(0, 0x377f0683);
  add(0, 24);
  put(24, s0);
  put(28, s1);
  for (std::size_t frame = 32; frame + 24 + page_size <= text.size(); frame += 24 + page_size) {
    add(frame, 8);
    add(frame + 24, page_size);
    put(frame + 16, s0);
    put(frame + 20, s1);
  }
  write_file(path, text);
}

}  // namespace

TEST_CASE("sqlite environments: a file system that may not share locks is inspected with a warning") {
  std::map<std::string, std::string> files;
  {
    const temp_folder at;
    application app;
    app.open(at / "app.db");
    app.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    app.close();
    files["app.db"] = read_file(at / "app.db");
  }
  for (const auto& [type, expected] : std::vector<std::pair<const char*, const char*>>{
           {"fuse.mergerfs", "pass ok: app.db: 8.0 KiB in rollback-journal mode"},
           {"fuse.cubefs",
            "warn mismatch: app.db: is on fuse.cubefs, which is not known to be local: locks of programs on other "
            "machines are not visible"},
           {"fuse.sshfs",
            "fail mismatch: app.db: is on fuse.sshfs: locks and shared memory are not reliable there, so it was not "
            "inspected"},
       }) {
    const auto found = on_fuse(
        files,
        [](const std::string& path, fuse_server&) {
          return sqlite_probe(path + "/app.db", {option("expect_wal", "ignore")}).result();
        },
        type);
    if (skipped_fuse(found)) return;
    CHECK(found == expected);
  }
}

TEST_CASE("sqlite environments: reserved blocks are not counted as free for root of a user namespace") {
  const auto found =
      on_image({"ext4", "-m 20", "", 32}, [](const std::string& path, const loop_device&) -> std::string {
        {
          application app;
          make_wal_database(app, path + "/app.db");
        }
        for (const auto& entry : fs::directory_iterator(path))
          if (::chown(entry.path().c_str(), mapped_root, mapped_root) != 0) return "no chown";
        std::ofstream ballast(path + "/ballast");
        struct statvfs now {};
        const std::string block(64 * 1024, 'x');
        while (::statvfs(path.c_str(), &now) == 0 && now.f_bavail > 0 && ballast.write(block.data(), 65536).flush())
          continue;
        if (now.f_bfree == 0) return "the reserve is used up as well";
        const auto inside = in_user_namespace([&] { return sqlite_probe(path + "/app.db").result(); });
        fs::permissions(path, fs::perms(0755));
        ::chown((path + "/app.db").c_str(), 0, 0);
        return inside + "\n" + sqlite_probe(path + "/app.db").result().substr(0, 9);
      });
  if (skipped(found)) return;
  CHECK(found ==
        "fail full: app.db: its file system is full (0 B left for its owner): commits that need new space fail "
        "(SQLITE_FULL)\npass idle");
}

TEST_CASE("sqlite environments: a full volume mounted read-only into a sidecar is full") {
  if (!may_mount()) return;
  const temp_folder at;
  const temp_folder view;
  const auto result = on_tmpfs(at, "size=1m", [&]() -> std::string {
    application app;
    make_wal_database(app, at / "app.db");
    if (!bind_mount(at.path(), view.path(), true)) return "no bind";
    sqlite_probe probe(view / "app.db");
    const auto before = probe.result();
    std::ofstream(at / "ballast") << std::string(2 << 20, 'x');
    const auto full = probe.result();
    if (::mount(nullptr, at.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, "size=1m") != 0 && errno != EBUSY)
      return "no remount";
    return before.substr(0, 8) + " " + full.substr(0, 9);
  });
  CHECK(result == "pass ok: fail full");
}

TEST_CASE("sqlite environments: a full disk is reported before a commit fails, and cleared when space is free") {
  if (!may_mount()) return;
  const temp_folder at;
  const auto result = on_tmpfs(at, "size=1m", [&] {
    application app;
    make_wal_database(app, at / "app.db");
    sqlite_probe probe(at / "app.db");
    const auto before = probe.result();
    std::ofstream(at / "ballast") << std::string(2 << 20, 'x');
    const auto full = probe.result();
    fs::remove(at / "ballast");
    return before.substr(0, 8) + "\n" + full + "\n" + probe.result().substr(0, 8);
  });
  CHECK(
      result ==
      "pass ok:\nfail full: app.db: its file system is full (0 B left for its owner): commits that need new space fail "
      "(SQLITE_FULL)\npass ok:");
}

TEST_CASE("sqlite environments: exhausted inodes fail an idle database and warn when all side files exist") {
  if (!may_mount()) return;
  const temp_folder at;
  const auto result = on_tmpfs(at, "size=1m,nr_inodes=5", [&] {
    application app;
    make_wal_database(app, at / "app.db");
    std::ofstream(at / "last").put('x');
    sqlite_probe probe(at / "app.db");
    const auto live = probe.result();
    app.close();
    std::ofstream(at / "last2").put('x');
    std::ofstream(at / "last3").put('x');
    return live + "\n" + probe.result();
  });
  CHECK(contains(
      result, "warn full: app.db: its file system is out of inodes: SQLite cannot create -wal, -shm or a journal\n"));
  CHECK(contains(result, "\nfail full: app.db: its file system is out of inodes"));
}

TEST_CASE(
    "sqlite environments: a read-only mount passes with the -shm of a running application or after a clean stop") {
  if (!may_mount()) return;
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  const auto read_only = [&] {
    return in_private_mounts([&]() -> std::string {
      const auto* path = at.path().c_str();
      if (::mount(path, path, nullptr, MS_BIND, nullptr) != 0) return "no bind mount";
      if (::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) return "no remount";
      std::vector<raw_member> query;
      query.push_back(option("mode", "query"));
      query.push_back(option("query", "SELECT count(*) FROM t"));
      return sqlite_probe(at / "app.db").result() + "\n" + sqlite_probe(at / "app.db", std::move(query)).result();
    });
  };
  auto result = read_only();
  CHECK(contains(result, "pass ok: app.db: "));
  CHECK(contains(result, "query returns '1'"));
  app.close();
  result = read_only();
  CHECK(contains(result, "pass idle: app.db: "));
  CHECK(contains(result, "no application has it open, query returns '1'"));
  // A crash leaves a log that cannot be recovered on this mount.
  app.open(at / "app.db");
  app.run("INSERT INTO t VALUES (2)");
  app.crash();
  fs::remove(at / "app.db-shm");
  result = read_only();
  CHECK(contains(result, "is left for the next one"));
  CHECK(contains(result, "not queried: SQLite would have to create its -wal and -shm files"));
  CHECK_FALSE(contains(result, "fail"));
}

TEST_CASE("sqlite environments: a run reads no more of a 5 GiB database than of a small one") {
  const temp_folder at;
  application app;
  make_wal_database(app, at / "small.db");
  make_wal_database(app, at / "large.db");
  app.run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (2)");
  fs::resize_file(at / "large.db", std::uintmax_t{5} << 30);  // sparse
  const auto read_by = [](sqlite_probe& probe) {
    CHECK(probe.run().verdict == verdict::pass);  // includes reads that happen only once
    const auto start = bytes_read().with_asking;
    CHECK(probe.run().verdict == verdict::pass);
    return bytes_read().without_asking - start;
  };
  sqlite_probe small(at / "small.db");
  sqlite_probe large(at / "large.db");
  const auto little = read_by(small);
  CHECK(little < 1000);
  CHECK(read_by(large) == little);
  CHECK(large.run().measured("database_bytes") == 5368709120.0);
}

TEST_CASE("sqlite environments: a log with big-endian checksums is accepted as by SQLite") {
  const temp_folder at;
  {
    application app;
    make_wal_database(app, at / "app.db");
    app.run(large_insert);
    app.crash();
  }
  fs::remove(at / "app.db-shm");
  make_checksums_big_endian(at / "app.db-wal", 4096);
  application app;
  app.open(at / "app.db");
  app.run("PRAGMA wal_autocheckpoint = 0");
  CHECK(app.run("SELECT count(*) FROM t") == "301");  // SQLite accepts every frame of it
  app.run("INSERT INTO t VALUES (2)");
  const auto seen = sqlite::observe(at / "app.db");
  REQUIRE(seen.wal_start);
  CHECK(seen.wal_start->big_endian_checksums);
  CHECK(seen.index.state == sqlite::wal_index_state::ok);
  CHECK(seen.index.index.big_endian_checksums);
  const auto found = sqlite_probe(at / "app.db").run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.measured("wal_backlog_bytes").value_or(0) > 300 * 4096);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite environments: a large checkpointed log is not a backlog") {
  app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(PASSIVE)");
  std::vector<raw_member> limits;
  limits.push_back(limit_option("wal_backlog", {option("warn", "4KiB"), option("fail", "64KiB")}));
  const auto found = sqlite_probe(at / "app.db", std::move(limits)).run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.measured("wal_bytes").value_or(0) > 300 * 4096);
  CHECK(found.measured("wal_backlog_bytes") == 0);
}
