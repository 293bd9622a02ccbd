// Databases overwritten in place under their application, applications that lost their locks, and inode numbers that do
// not last.
#include <sys/vfs.h>

#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "sqlite/file_system.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

/// As `cp backup.db app.db` does: the same file, with other content.
void restore_in_place(const std::string& from, const std::string& to) {
  fs::copy_file(from, to, fs::copy_options::overwrite_existing);
}

}  // namespace

TEST_CASE_FIXTURE(
    database_in_use,
    "sqlite restored: a backup in rollback mode copied over a database in use is replaced, whatever is expected") {
  app.run(fmt::format("VACUUM INTO '{}'", at / "backup.db"));
  std::vector<raw_member> options;
  SUBCASE("by default") {}
  SUBCASE("with expect_wal: ignore") { options.push_back(option("expect_wal", "ignore")); }
  sqlite_probe probe(at / "app.db", std::move(options));
  REQUIRE(probe.run().verdict == verdict::pass);
  restore_in_place(at / "backup.db", at / "app.db");
  const auto said = probe.said();
  CHECK(
      contains(said, fmt::format("fail replaced: app.db: was overwritten in place while in use by pid {}", app.pid())));
  CHECK_FALSE(contains(said, "not in WAL mode"));
}

TEST_CASE_FIXTURE(
    database_in_use,
    "sqlite restored: the same while nobody uses it is only another journal mode, until an application opens it") {
  app.run(fmt::format("VACUUM INTO '{}'", at / "backup.db"));
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  app.close();
  REQUIRE(probe.run().reason == reason::idle);
  restore_in_place(at / "backup.db", at / "app.db");
  CHECK(contains(probe.said(), "warn mismatch: app.db: is not in WAL mode"));
  app.open(at / "app.db");
  app.run("PRAGMA journal_mode = WAL");
  app.run("INSERT INTO t VALUES (2)");
  CHECK(probe.run().verdict == verdict::pass);
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite restored: an application that changes its journal mode and back never looks like it") {
  app.keep_writing(
      "PRAGMA journal_mode = DELETE; INSERT INTO t VALUES (1); PRAGMA journal_mode = WAL; INSERT INTO t VALUES (2)");
  sqlite_probe probe(at / "app.db");
  std::string red;
  for (int i = 0; i < 500; ++i)
    if (const auto found = probe.run(); found.reason == reason::replaced) red = described(found);
  CHECK(app.stop_writing().ends_with(" 0"));
  CHECK(red == "");
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite restored: a copy in WAL mode over a database whose log is copied shows in its header") {
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
      CHECK(contains(probe.said(),
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
                  "sqlite lost locks: the warning stays when the last lock goes as well, until the process is gone") {
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  const auto warning = fmt::format("warn locked: app.db: has lost its locks by pid {}", app.pid());
  app.close_another_descriptor(at / "app.db");
  CHECK(contains(probe.said(), warning));
  app.close_another_descriptor(at / "app.db-shm");
  for (int i = 0; i < 3; ++i) CHECK(contains(probe.said(), warning));
  SUBCASE("it ends") {
    app.crash();
    CHECK(contains(probe.said(), "pass idle"));
  }
  SUBCASE("it closes the database") {
    app.close();
    CHECK(contains(probe.said(), "pass idle"));
  }
  SUBCASE("another application brings locks") {
    application other(at / "app.db");
    other.run("SELECT * FROM t");
    CHECK(contains(probe.said(), "pass ok"));
    other.close();
    CHECK_FALSE(contains(probe.said(), "lost"));
  }
}

TEST_CASE_FIXTURE(database_in_use, "sqlite lost locks: a lock that is back ends the warning") {
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  app.close_another_descriptor(at / "app.db");
  CHECK(contains(probe.said(), "warn locked: app.db: has lost its locks"));
  app.close();
  app.open(at / "app.db");
  app.run("SELECT * FROM t");
  CHECK(contains(probe.said(), "pass ok"));
}

TEST_CASE("sqlite lost locks: a -shm that lost its locks while the database has some is not the one in use") {
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
  CHECK(contains(probe.said(), "warn replaced: app.db: app.db-shm is not the one in use"));
  const auto second = probe.said();
  CHECK(contains(second, "fail replaced: app.db: app.db-shm is not the one in use"));
  CHECK(contains(second, "or the application closed another descriptor of it"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite lost locks: they do not hide that the log was replaced") {
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  app.close_another_descriptor(at / "app.db");
  fs::remove(at / "app.db-wal");
  const auto said = probe.said();
  CHECK(contains(said, "fail replaced: app.db: app.db-wal was deleted while in use"));
  CHECK(contains(said, "has lost its locks"));
}

TEST_CASE("sqlite restored: file systems that give out inode numbers anew are known") {
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
