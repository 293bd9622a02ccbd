// Where a database can lie: full and read-only file systems, huge files, logs written by machines of the other byte
// order.
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "checks/sqlite_fixtures.hpp"
#include "checks/sqlite_image.hpp"
#include "sqlite/file_system.hpp"
#include "sqlite/observation.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

struct statfs ordinary() {
  struct statfs out {};
  out.f_type = 0xef53;
  out.f_bsize = 1024;
  out.f_blocks = 1000;
  out.f_bfree = 500;
  out.f_bavail = 450;
  out.f_files = 100;
  out.f_ffree = 50;
  return out;
}

constexpr std::string_view mountinfo =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "36 22 0:51 / /mnt/far rw,nosuid master:1 propagate_from:2 - fuse.sshfs host:/data rw,user_id=0\n"
    "37 22 0:52 / /mnt/pool rw shared:9 - fuse.mergerfs /a:/b rw\n"
    "38 22 0:53 / /mnt/bucket rw - fuse mountpoint-s3 rw\n"
    "39 22 0:54 / /mnt/a\\040-\\040b rw - fuse.gcsfuse bucket rw\n"
    "40 22 0:55 /";

/// What `body` says on a tmpfs of its own, mounted at `at`.
std::string on_tmpfs(const scratch_directory& at, const char* options, const std::function<std::string()>& body) {
  return in_private_mounts([&]() -> std::string {
    if (::mount("tmpfs", at.path().c_str(), "tmpfs", 0, options) != 0) return "no tmpfs";
    return body();
  });
}

/// Bytes this process has read (proc(5), rchar). Asking is reading as well, of a text with as many digits as it needs.
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

/// Turns a log into what a big-endian machine would have written: another magic and other checksums, the same pages.
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

TEST_CASE("sqlite places: room is known where a file system counts and can be written") {
  using sqlite::describe_file_system;
  auto where = ordinary();
  CHECK(describe_file_system(where).room.bytes_for_root == 500 * 1024);
  CHECK(describe_file_system(where).room.bytes_for_others == 450 * 1024);
  CHECK_FALSE(describe_file_system(where).room.no_inodes);
  where.f_bavail = where.f_bfree = where.f_ffree = 0;
  CHECK(describe_file_system(where).room.bytes_for_root == 0);
  CHECK(describe_file_system(where).room.no_inodes);
  where.f_flags = ST_RDONLY;  // an image is full by design
  CHECK(describe_file_system(where).room == sqlite::room{});
  where.f_flags = 0;
  where.f_files = 0;   // btrfs counts no inodes
  where.f_blocks = 0;  // and some count nothing at all
  CHECK(describe_file_system(where).room == sqlite::room{});
  where.f_type = 0x6969;
  CHECK(describe_file_system(where).network == "NFS");
}

TEST_CASE("sqlite places: FUSE that reaches over a network is known by the type of its mount") {
  const auto name = [](unsigned device) { return sqlite::network_fuse_name(mountinfo, makedev(0, device)); };
  CHECK(name(51) == "fuse.sshfs");
  CHECK(name(52) == "");
  CHECK(name(53) == "mountpoint-s3");
  CHECK(name(54) == "fuse.gcsfuse");
  CHECK(name(55) == "");
  CHECK(name(56) == "");
  CHECK(sqlite::network_fuse_name(mountinfo, makedev(8, 1)) == "");
  CHECK(sqlite::network_fuse_name("", 0) == "");
}

TEST_CASE("sqlite places: a full disk is said before the next commit fails, and again when there is room") {
  if (!may_mount()) return;
  const scratch_directory at;
  const auto said = on_tmpfs(at, "size=1m", [&] {
    application app;
    make_wal_database(app, at / "app.db");
    sqlite_probe probe(at / "app.db");
    const auto before = probe.said();
    std::ofstream(at / "ballast") << std::string(2 << 20, 'x');
    const auto full = probe.said();
    fs::remove(at / "ballast");
    return before.substr(0, 8) + "\n" + full + "\n" + probe.said().substr(0, 8);
  });
  CHECK(
      said ==
      "pass ok:\nfail full: app.db: its file system is full (0 B left for its owner): commits that need new space fail "
      "(SQLITE_FULL)\npass ok:");
}

TEST_CASE("sqlite places: out of inodes fails an idle database, and warns for one whose files are all there") {
  if (!may_mount()) return;
  const scratch_directory at;
  const auto said = on_tmpfs(at, "size=1m,nr_inodes=5", [&] {
    application app;
    make_wal_database(app, at / "app.db");
    std::ofstream(at / "last").put('x');
    sqlite_probe probe(at / "app.db");
    const auto live = probe.said();
    app.close();
    std::ofstream(at / "last2").put('x');
    std::ofstream(at / "last3").put('x');
    return live + "\n" + probe.said();
  });
  CHECK(contains(
      said, "warn full: app.db: its file system is out of inodes: SQLite cannot create -wal, -shm or a journal\n"));
  CHECK(contains(said, "\nfail full: app.db: its file system is out of inodes"));
}

TEST_CASE(
    "sqlite places: a read-only mount is no fault, with the -shm of a running application or after a clean stop") {
  if (!may_mount()) return;
  const scratch_directory at;
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
      return sqlite_probe(at / "app.db").said() + "\n" + sqlite_probe(at / "app.db", std::move(query)).said();
    });
  };
  auto said = read_only();
  CHECK(contains(said, "pass ok: app.db: "));
  CHECK(contains(said, "query gives '1'"));
  app.close();
  said = read_only();
  CHECK(contains(said, "pass idle: app.db: "));
  CHECK(contains(said, "no application has it open, query gives '1'"));
  // A crash leaves a log that nobody here may recover.
  app.open(at / "app.db");
  app.run("INSERT INTO t VALUES (2)");
  app.crash();
  fs::remove(at / "app.db-shm");
  said = read_only();
  CHECK(contains(said, "waits for the next one"));
  CHECK(contains(said, "not queried: SQLite would have to create its -wal and -shm files"));
  CHECK_FALSE(contains(said, "fail"));
}

TEST_CASE("sqlite places: a run reads as little of a 5 GiB database as of a small one") {
  const scratch_directory at;
  application app;
  make_wal_database(app, at / "small.db");
  make_wal_database(app, at / "large.db");
  app.run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (2)");
  fs::resize_file(at / "large.db", std::uintmax_t{5} << 30);  // sparse
  const auto read_by = [](sqlite_probe& probe) {
    CHECK(probe.run().verdict == verdict::pass);  // whatever is read once
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

TEST_CASE("sqlite places: a log with the checksums of a big-endian machine is read as SQLite reads it") {
  const scratch_directory at;
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

TEST_CASE("sqlite places: a large log that is checkpointed is no backlog") {
  const scratch_directory at;
  application app;
  make_wal_database(app, at / "app.db");
  app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(PASSIVE)");
  std::vector<raw_member> limits;
  limits.push_back(limit_option("wal_backlog", {option("warn", "4KiB"), option("fail", "64KiB")}));
  const auto found = sqlite_probe(at / "app.db", std::move(limits)).run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.measured("wal_bytes").value_or(0) > 300 * 4096);
  CHECK(found.measured("wal_backlog_bytes") == 0);
}
