// Where a database can lie: full and read-only file systems, huge files, logs written by machines of the other byte
// order.
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "checks/fuse_fixtures.hpp"
#include "checks/loop_fixtures.hpp"
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
  out.f_frsize = 1024;
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
    "23 22 8:2 / /ro ro - ext4 /dev/sda2 ro\n"
    "41 22 0:56 / /vm rw - virtiofs shared rw\n"
    "42 22 0:57 / /cluster rw - fuse.cubefs cubefs rw\n"
    "43 22 0:58 / /weed rw - fuse seaweedfs rw\n"
    "44 22 0:59 / /ntfs rw - fuseblk /dev/sdb1 rw\n"
    "45 22 0:60 / /host rw - 9p drvfs rw\n"
    "46 22 0:61 / /moose rw - fuse.moosefs mfsmaster:9421 rw\n"
    "40 22 0:55 /";

sqlite::file_system described_as(const struct statfs& where, std::uint64_t device = makedev(8, 1),
                                 const std::string& uid_map = "0 0 4294967295") {
  return sqlite::describe_file_system(where, device, {[] { return std::string(mountinfo); }, [&] { return uid_map; }});
}

/// Whom root of `in_user_namespace` is outside.
constexpr uid_t mapped_root = 100'000;

/// Runs `body` in a child that is root of a user namespace of its own.
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

/// What `body` says on a tmpfs of its own, mounted at `at`.
std::string on_tmpfs(const temp_folder& at, const char* options, const std::function<std::string()>& body) {
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
  auto where = ordinary();
  CHECK(described_as(where).room.bytes_for_root == 500 * 1024);
  CHECK(described_as(where).room.bytes_for_others == 450 * 1024);
  CHECK_FALSE(described_as(where).room.no_inodes);
  where.f_bavail = where.f_bfree = where.f_ffree = 0;
  CHECK(described_as(where).room.bytes_for_root == 0);
  CHECK(described_as(where).room.no_inodes);
  where.f_files = 0;   // btrfs counts no inodes
  where.f_blocks = 0;  // and some count nothing at all
  CHECK(described_as(where).room == sqlite::room{});
  where.f_type = 0x6969;
  CHECK(described_as(where).network == "NFS");
}

TEST_CASE("sqlite places: a read-only mount is full by design only when the file system is read-only itself") {
  auto where = ordinary();
  where.f_flags = ST_RDONLY;
  where.f_bavail = where.f_bfree = where.f_ffree = 0;
  CHECK(described_as(where, makedev(8, 1)).room.bytes_for_others == 0);  // the volume as a sidecar sees it
  CHECK(described_as(where, makedev(8, 1)).room.no_inodes);
  CHECK(described_as(where, makedev(8, 2)).room == sqlite::room{});
  CHECK(described_as(where, makedev(8, 3)).room == sqlite::room{});  // does not show in the table
}

TEST_CASE("sqlite places: blocks are counted in fragments, and impossible numbers are no room known") {
  auto where = ordinary();
  where.f_bsize = 1 << 20;  // the preferred size of a transfer
  CHECK(described_as(where).room.bytes_for_others == 450 * 1024);
  where.f_frsize = 0;  // very old servers
  CHECK(described_as(where).room.bytes_for_others == std::uint64_t{450} << 20);
  constexpr auto unknown = ~fsblkcnt_t{0};
  for (auto change : std::vector<std::function<void(struct statfs&)>>{
           [](auto& w) { w.f_blocks = w.f_bfree = w.f_bavail = unknown; },
           [](auto& w) { w.f_bavail = unknown; },
           [](auto& w) { w.f_bfree = w.f_blocks + 1; },
           [](auto& w) { w.f_bavail = w.f_blocks + 1; },
           [](auto& w) { w.f_frsize = w.f_bsize = 0; },
       }) {
    where = ordinary();
    change(where);
    CHECK(described_as(where).room == sqlite::room{});
  }
  where = ordinary();
  where.f_blocks = where.f_bfree = where.f_bavail = fsblkcnt_t{1} << 60;  // times 1024 is 0 in 64 bits
  CHECK(described_as(where).room.bytes_for_others.value_or(1) > std::uint64_t{1} << 60);
  where = ordinary();
  where.f_bavail = static_cast<fsblkcnt_t>(-5);  // the reserve is used up
  CHECK(described_as(where).room.bytes_for_others == 0);
  where.f_files = where.f_ffree = unknown;
  CHECK_FALSE(described_as(where).room.no_inodes);
}

TEST_CASE("sqlite places: the reserve of a file system is for root alone, and not for root of a user namespace") {
  using sqlite::root_is_root;
  CHECK(root_is_root("         0          0 4294967295\n"));
  CHECK(root_is_root("0 0 1"));
  CHECK(root_is_root("1000 1000 1\n0 0 1000\n"));
  CHECK(root_is_root(""));  // no /proc, or a kernel without user namespaces
  CHECK_FALSE(root_is_root("         0     100000      65536\n"));
  CHECK_FALSE(root_is_root("0 1000 1\n1 100000 65536\n"));
  CHECK_FALSE(root_is_root("1000 0 1\n"));
  auto where = ordinary();
  where.f_bavail = 0;
  CHECK(described_as(where).room.bytes_for_root == 500 * 1024);
  CHECK(described_as(where, makedev(8, 1), "0 100000 65536").room.bytes_for_root == 0);
}

TEST_CASE("sqlite places: a file system is trusted when it is known to be local, refused when it is known not to be") {
  struct row {
    std::uint32_t magic;
    unsigned device;
    const char* network;
    const char* doubtful;
  };
  constexpr std::uint32_t fuse = 0x65735546;
  for (const auto& [magic, device, network, doubtful] : {
           row{0xef53, 1, "", ""},      // ext4
           row{0x58465342, 1, "", ""},  // XFS
           row{0x9123683e, 1, "", ""},  // btrfs
           row{0x01021994, 1, "", ""},  // tmpfs
           row{0x794c7630, 1, "", ""},  // overlay
           row{0xf2f52010, 1, "", ""},  // F2FS
           row{0x2fc12fc1, 1, "", ""},  // ZFS
           row{0xca451a4e, 1, "", ""},  // bcachefs
           row{0x7366746e, 1, "", ""},  // NTFS3
           row{0x6969, 1, "NFS", ""},
           row{0x00c36400, 1, "Ceph", ""},
           row{fuse, 51, "fuse.sshfs", ""},
           row{fuse, 52, "", ""},  // fuse.mergerfs
           row{fuse, 53, "mountpoint-s3", ""},
           row{fuse, 54, "fuse.gcsfuse", ""},
           row{fuse, 55, "", "FUSE"},  // its line is cut off
           row{fuse, 56, "", "virtiofs"},
           row{fuse, 57, "", "fuse.cubefs"},
           row{fuse, 58, "", "fuse (seaweedfs)"},
           row{fuse, 59, "", ""},  // fuseblk: NTFS-3G on a disk
           row{fuse, 61, "fuse.moosefs", ""},
           row{fuse, 99, "", "FUSE"},  // not in the table
           row{0x01021997, 60, "", "9p"},
           row{0x01021997, 99, "", "9p"},
           row{0x786f4256, 99, "", "vboxsf"},
           row{0x12345678, 60, "", "9p"},  // by the type in the table
           row{0x12345678, 99, "", "a file system of type 0x12345678"},
       }) {
    CAPTURE(magic);
    CAPTURE(device);
    auto where = ordinary();
    where.f_type = static_cast<decltype(where.f_type)>(magic);
    const auto place = described_as(where, makedev(0, device));
    CHECK(place.network == network);
    CHECK(place.doubtful == doubtful);
  }
}

TEST_CASE("sqlite places: inode numbers of FUSE, FAT and 9p are known not to last") {
  for (const auto& [magic, last] : std::vector<std::pair<std::uint32_t, bool>>{{0xef53, true},
                                                                               {0x9123683e, true},
                                                                               {0x65735546, false},
                                                                               {0x4d44, false},
                                                                               {0x2011bab0, false},
                                                                               {0x01021997, false}}) {
    CAPTURE(magic);
    auto where = ordinary();
    where.f_type = static_cast<decltype(where.f_type)>(magic);
    CHECK(described_as(where).inodes_last == last);
  }
}

TEST_CASE("sqlite places: a database where nobody knows whose locks are seen is looked at, with a warning") {
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
            "machines are not seen"},
           {"fuse.sshfs",
            "fail mismatch: app.db: is on fuse.sshfs: locks and shared memory cannot be trusted there, so nothing was "
            "looked at"},
       }) {
    const auto found = on_fuse(
        files,
        [](const std::string& path, fuse_server&) {
          return sqlite_probe(path + "/app.db", {option("expect_wal", "ignore")}).said();
        },
        type);
    if (skipped_fuse(found)) return;
    CHECK(found == expected);
  }
}

TEST_CASE("sqlite places: a disk that is full for all but root is full for root of a user namespace") {
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
        const auto inside = in_user_namespace([&] { return sqlite_probe(path + "/app.db").said(); });
        fs::permissions(path, fs::perms(0755));
        ::chown((path + "/app.db").c_str(), 0, 0);
        return inside + "\n" + sqlite_probe(path + "/app.db").said().substr(0, 9);
      });
  if (skipped(found)) return;
  CHECK(found ==
        "fail full: app.db: its file system is full (0 B left for its owner): commits that need new space fail "
        "(SQLITE_FULL)\npass idle");
}

TEST_CASE("sqlite places: a full volume that is mounted read-only into a sidecar is full") {
  if (!may_mount()) return;
  const temp_folder at;
  const temp_folder view;
  const auto said = on_tmpfs(at, "size=1m", [&]() -> std::string {
    application app;
    make_wal_database(app, at / "app.db");
    if (!bind_mount(at.path(), view.path(), true)) return "no bind";
    sqlite_probe probe(view / "app.db");
    const auto before = probe.said();
    std::ofstream(at / "ballast") << std::string(2 << 20, 'x');
    const auto full = probe.said();
    if (::mount(nullptr, at.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, "size=1m") != 0 && errno != EBUSY)
      return "no remount";
    return before.substr(0, 8) + " " + full.substr(0, 9);
  });
  CHECK(said == "pass ok: fail full");
}

TEST_CASE("sqlite places: a full disk is said before the next commit fails, and again when there is room") {
  if (!may_mount()) return;
  const temp_folder at;
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
  const temp_folder at;
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
  const temp_folder at;
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

TEST_CASE("sqlite places: a large log that is checkpointed is no backlog") {
  const temp_folder at;
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
