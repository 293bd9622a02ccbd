// Tests databases overwritten in place while in use, applications that lost their locks, and unstable inode numbers.
#include <sys/vfs.h>

#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "sqlite/file_system.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

/// Like `cp backup.db app.db`: the same file with other content.
void restore_in_place(const std::string& from, const std::string& to) {
  fs::copy_file(from, to, fs::copy_options::overwrite_existing);
}

}  // namespace

TEST_CASE_FIXTURE(
    database_in_use,
    "sqlite restored: a rollback-mode backup copied over a database in use is replaced, for any expect_wal") {
  app.run(fmt::format("VACUUM INTO '{}'", at / "backup.db"));
  std::vector<raw_member> options;
  SUBCASE("by default") {}
  SUBCASE("with expect_wal: ignore") { options.push_back(option("expect_wal", "ignore")); }
  sqlite_probe probe(at / "app.db", std::move(options));
  REQUIRE(probe.run().verdict == verdict::pass);
  restore_in_place(at / "backup.db", at / "app.db");
  const auto result = probe.result();
  CHECK(contains(result,
                 fmt::format("fail replaced: app.db: was overwritten in place while in use by pid {}", app.pid())));
  CHECK_FALSE(contains(result, "not in WAL mode"));
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite restored: the same on a closed database is only another journal mode until it is opened") {
  app.run(fmt::format("VACUUM INTO '{}'", at / "backup.db"));
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  app.close();
  REQUIRE(probe.run().reason == reason::idle);
  restore_in_place(at / "backup.db", at / "app.db");
  CHECK(contains(probe.result(), "warn mismatch: app.db: is not in WAL mode"));
  app.open(at / "app.db");
  app.run("PRAGMA journal_mode = WAL");
  app.run("INSERT INTO t VALUES (2)");
  CHECK(probe.run().verdict == verdict::pass);
}

TEST_CASE_FIXTURE(
    database_in_use,
    "sqlite restored: an application that changes its journal mode and back is never reported as replaced") {
  app.keep_writing(
      "PRAGMA journal_mode = DELETE; INSERT INTO t VALUES (1); PRAGMA journal_mode = WAL; INSERT INTO t VALUES (2)");
  sqlite_probe probe(at / "app.db");
  std::string failure;
  for (int i = 0; i < 500; ++i)
    if (const auto found = probe.run(); found.reason == reason::replaced) failure = described(found);
  CHECK(app.stop_writing().ends_with(" 0"));
  CHECK(failure == "");
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite restored: a WAL-mode copy over a checkpointed database is detected by its header") {
  app.run("PRAGMA wal_checkpoint");
  fs::copy_file(at / "app.db", at / "backup.db");
  app.run("CREATE TABLE u(x)");
  app.run("PRAGMA wal_checkpoint");
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  REQUIRE(probe.run().verdict == verdict::pass);
  SUBCASE("restored") {
    restore_in_place(at / "backup.db", at / "app.db");
    for (int i = 0; i < 2; ++i)
      CHECK(contains(probe.result(),
                     fmt::format("fail replaced: app.db: was overwritten in place while in use by pid {}", app.pid())));
  }
  SUBCASE("only touched") {
    set_age(at / "app.db", std::chrono::hours(1));
    CHECK(probe.run().verdict == verdict::pass);
  }
  SUBCASE("changed by the application") {
    app.run("CREATE TABLE v(x)");
    app.run("PRAGMA wal_checkpoint");
    CHECK(probe.run().verdict == verdict::pass);
  }
  SUBCASE("closed, changed and opened again") {
    app.close();
    app.open(at / "app.db");
    app.run("CREATE TABLE v(x)");
    app.run("PRAGMA wal_checkpoint");
    CHECK(probe.run().verdict == verdict::pass);
  }
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite lost locks: the warning persists without any lock until the process has ended") {
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  const auto warning = fmt::format("warn locked: app.db: has lost its locks by pid {}", app.pid());
  app.close_another_descriptor(at / "app.db");
  CHECK(contains(probe.result(), warning));
  app.close_another_descriptor(at / "app.db-shm");
  for (int i = 0; i < 3; ++i) CHECK(contains(probe.result(), warning));
  SUBCASE("it ends") {
    app.crash();
    CHECK(contains(probe.result(), "pass idle"));
  }
  SUBCASE("it closes the database") {
    app.close();
    CHECK(contains(probe.result(), "pass idle"));
  }
  SUBCASE("another application takes locks") {
    application other(at / "app.db");
    other.run("SELECT * FROM t");
    CHECK(contains(probe.result(), "pass ok"));
    other.close();
    CHECK_FALSE(contains(probe.result(), "lost"));
  }
}

TEST_CASE_FIXTURE(database_in_use, "sqlite lost locks: the warning ends when the lock is taken again") {
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  app.close_another_descriptor(at / "app.db");
  CHECK(contains(probe.result(), "warn locked: app.db: has lost its locks"));
  app.close();
  app.open(at / "app.db");
  app.run("SELECT * FROM t");
  CHECK(contains(probe.result(), "pass ok"));
}

TEST_CASE("sqlite lost locks: a -shm without locks beside a locked database is reported as replaced") {
  const temp_folder at;
  application crashed;
  make_wal_database(crashed, at / "app.db");
  sqlite_probe probe(at / "app.db");
  crashed.crash();
  REQUIRE(probe.run().reason == reason::idle);
  application app(at / "app.db");
  app.run("SELECT * FROM t");
  REQUIRE(probe.run().reason == reason::ok);
  app.close_another_descriptor(at / "app.db-shm");
  CHECK(contains(probe.result(), "warn replaced: app.db: app.db-shm is not the one in use"));
  const auto second = probe.result();
  CHECK(contains(second, "fail replaced: app.db: app.db-shm is not the one in use"));
  CHECK(contains(second, "or the application closed another descriptor of it"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite lost locks: a replaced log is still reported") {
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  app.close_another_descriptor(at / "app.db");
  fs::remove(at / "app.db-wal");
  const auto result = probe.result();
  CHECK(contains(result, "fail replaced: app.db: app.db-wal was deleted while in use"));
  CHECK(contains(result, "has lost its locks"));
}

TEST_CASE("sqlite restored: file systems that reassign inode numbers are recognised") {
  struct statfs where {};
  const sqlite::proc_texts none{[] { return std::string(); }, [] { return std::string(); }};
  for (const auto magic : {0x65735546, 0x4d44, 0x2011bab0, 0x01021997}) {
    where.f_type = magic;
    CHECK_FALSE(sqlite::describe_file_system(where, 0, none).inodes_stable);
  }
  for (const auto magic : {0xef53l, 0x58465342l, 0x9123683el, 0x01021994l}) {  // ext4, XFS, btrfs, tmpfs
    where.f_type = magic;
    CHECK(sqlite::describe_file_system(where, 0, none).inodes_stable);
  }
}
