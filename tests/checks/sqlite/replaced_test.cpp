// Tests files that are deleted, replaced or truncated while an application uses them.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string still_open(const application& app) {
  return fmt::format(
      "fail replaced: app.db: was replaced while in use, and pid {} still has the old file open: its writes do not "
      "reach the new file",
      app.pid());
}

/// A closed database in WAL mode.
void make_backup(const std::string& path) {
  application other;
  make_wal_database(other, path);
  other.close();
}

/// Restores a backup: removes the three files and renames a copy into place. The copy is made first, because a new file
/// may get the inode number of a removed one.
void restore(const std::string& backup, const std::string& path) {
  fs::copy_file(backup, path + ".new");
  for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove(path + suffix);
  fs::rename(path + ".new", path);
}

}  // namespace

TEST_CASE_FIXTURE(database_in_use, "sqlite: a truncated database is corrupt") {
  app.run(large_insert);
  app.close();
  REQUIRE(sqlite_probe(at / "app.db").run().verdict == verdict::pass);
  fs::resize_file(at / "app.db", 64 * 4096);
  CHECK(contains(sqlite_probe(at / "app.db").result(), "fail corrupt: app.db: is truncated: 262144 of "));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a database truncated under a running application is corrupt") {
  app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE)");
  fs::resize_file(at / "app.db", 64 * 4096);
  CHECK(contains(sqlite_probe(at / "app.db").result(), "is truncated"));
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite: a database deleted while in use is replaced, with the pid of its application") {
  fs::remove(at / "app.db");
  CHECK(sqlite_probe(at / "app.db").result() ==
        fmt::format("fail replaced: app.db: was deleted while in use by pid {}: data written to it now is lost",
                    app.pid()));
}

TEST_CASE_FIXTURE(
    database_in_use,
    "sqlite: a database deleted with all its files is replaced when it was observed in use, else missing") {
  sqlite_probe watching(at / "app.db");
  REQUIRE(watching.run().verdict == verdict::pass);
  for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove((at / "app.db") + suffix);
  CHECK(contains(watching.result(), "fail replaced: app.db: was deleted after it was last seen in use"));
  CHECK(sqlite_probe(at / "app.db").run().reason == reason::missing);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a database replaced while in use is detected in the first run") {
  fs::copy_file(at / "app.db", at / "backup.db");
  fs::rename(at / "backup.db", at / "app.db");
  sqlite_probe probe(at / "app.db");
  CHECK(contains(probe.result(), fmt::format("fail replaced: app.db: is not the file in use by pid {}", app.pid())));
  probe.later(1h);
  CHECK(probe.run().reason == reason::replaced);
}

TEST_CASE("sqlite: a database swapped with all its files stays replaced until its application has ended") {
  const temp_folder at;
  application old;
  make_wal_database(old, at / "app.db");
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  {
    application other;
    make_wal_database(other, at / "new.db");
    other.close();
  }
  fs::remove(at / "app.db-wal");
  fs::remove(at / "app.db-shm");
  fs::rename(at / "new.db", at / "app.db");
  CHECK(probe.result() == still_open(old));
  CHECK(probe.run().reason == reason::replaced);

  old.crash();
  application restarted(at / "app.db");
  restarted.run("SELECT * FROM t");
  CHECK(probe.run().verdict == verdict::pass);
  restarted.close();
  CHECK(probe.run().reason == reason::idle);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a database swapped while closed passes") {
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  app.close();
  REQUIRE(probe.run().reason == reason::idle);
  fs::copy_file(at / "app.db", at / "backup.db");
  fs::rename(at / "backup.db", at / "app.db");
  CHECK(probe.run().reason == reason::idle);
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite: a database swapped after the last user closed it between two runs is idle") {
  make_backup(at / "new.db");
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  app.close();
  SUBCASE("and continues") {}
  SUBCASE("and ended") { app.crash(); }
  fs::rename(at / "new.db", at / "app.db");
  CHECK(contains(probe.result(), "pass idle"));
  CHECK(contains(probe.result(), "pass idle"));
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite: a database swapped after its application was killed between two runs is idle") {
  make_backup(at / "new.db");
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  SUBCASE("and was reaped before the swap") {
    app.crash();
    restore(at / "new.db", at / "app.db");
  }
  SUBCASE("and ends only after the swap was reported") {
    restore(at / "new.db", at / "app.db");
    CHECK(probe.result() == still_open(app));
    app.crash();
  }
  SUBCASE("and the file was missing for a run") {
    for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove((at / "app.db") + suffix);
    CHECK(contains(probe.result(), "was deleted after it was last seen in use"));
    app.crash();
    CHECK(probe.run().reason == reason::missing);
    fs::rename(at / "new.db", at / "app.db");
  }
  CHECK(contains(probe.result(), "pass idle"));
}

TEST_CASE("sqlite: a database renamed into place while its on-demand application has it closed is never replaced") {
  const temp_folder at;
  make_backup(at / "app.db");
  application app;
  sqlite_probe probe(at / "app.db");
  for (int i = 0; i < 5; ++i) {
    app.open(at / "app.db");
    app.run("SELECT * FROM t");
    CHECK(probe.run().verdict == verdict::pass);
    app.close();
    make_backup(at / "new.db");
    fs::rename(at / "new.db", at / "app.db");
    CHECK(contains(probe.result(), "pass idle"));
  }
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite: a restored database stays replaced while its application has the deleted one open") {
  SUBCASE("a backup in WAL mode") { make_backup(at / "backup.db"); }
  SUBCASE("a backup with a rollback journal") {
    application other(at / "backup.db");
    other.run("CREATE TABLE t(x)");
    other.close();
  }
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  restore(at / "backup.db", at / "app.db");
  CHECK(contains(probe.result(), still_open(app)));
  application shell(at / "app.db");
  shell.run("SELECT * FROM t");
  CHECK(contains(probe.result(), still_open(app)));
  shell.close();
  CHECK(contains(probe.result(), still_open(app)));
  app.run("INSERT INTO t VALUES (2)");  // to the deleted file
  CHECK(contains(probe.result(), still_open(app)));
  app.close();
  for (int i = 0; i < 2; ++i) CHECK(probe.run().reason != reason::replaced);
}

TEST_CASE("sqlite: a swapped database stays replaced while any process has the old one open") {
  const temp_folder at;
  application first;
  make_wal_database(first, at / "app.db");
  application second(at / "app.db");
  second.run("SELECT * FROM t");
  make_backup(at / "backup.db");
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  restore(at / "backup.db", at / "app.db");
  CHECK(contains(probe.result(), "fail replaced"));
  first.crash();
  CHECK(probe.result() == still_open(second));
  second.crash();
  CHECK(contains(probe.result(), "pass idle"));
}

TEST_CASE("sqlite: a worker of telltale that reads the old file does not make a swapped database replaced") {
  const temp_folder at;
  application worker;  // has the same parent as the process of the probe
  make_wal_database(worker, at / "app.db");
  make_backup(at / "backup.db");
  CHECK(in_child([&] {
          sqlite_probe probe(at / "app.db");
          if (auto result = probe.result(); !contains(result, "pass ok")) return result;
          restore(at / "backup.db", at / "app.db");
          return described(probe.run());
        }).starts_with("pass idle"));
}

TEST_CASE("sqlite: without visible pids a swapped database stays replaced until the new one is opened") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root, so no PID namespace");
    return;
  }
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  make_backup(at / "backup.db");
  application reader;
  bool ends = false;
  SUBCASE("the application runs") {}
  SUBCASE("the application has closed it, which is not visible") { ends = true; }
  const auto report = in_child([&]() -> std::string {
    if (::unshare(CLONE_NEWPID) != 0) return "skipped";
    return in_child([&]() -> std::string {
      sqlite_probe probe(at / "app.db");
      if (const auto result = probe.result(); !contains(result, "pass ok")) return result;
      if (ends) app.close();
      restore(at / "backup.db", at / "app.db");
      for (int i = 0; i < 2; ++i)
        if (const auto result = probe.result(); !contains(result, "and no application has opened the new file") ||
                                                !contains(result, "is not visible from here"))
          return result;
      reader.open(at / "app.db");
      reader.run("SELECT * FROM t");
      if (const auto result = probe.result(); !contains(result, "pass ok")) return result;
      reader.close();
      return probe.run().reason == reason::idle ? "" : "not idle";
    });
  });
  if (report == "skipped") MESSAGE("skipped: no PID namespace");
  else CHECK(report == "");
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: -wal or -shm deleted while in use is replaced") {
  SUBCASE("-wal") {
    fs::remove(at / "app.db-wal");
    CHECK(contains(sqlite_probe(at / "app.db").result(), "fail replaced: app.db: app.db-wal was deleted while in use"));
  }
  SUBCASE("-shm") {
    fs::remove(at / "app.db-shm");
    // An application that is opening the database on a slow disk looks the same.
    sqlite_probe probe(at / "app.db");
    const auto first = probe.result();
    CHECK(contains(first, "warn replaced: app.db: app.db-shm was deleted while in use"));
    CHECK(contains(first, "unless an application is opening it now"));
    CHECK(contains(probe.result(), "fail replaced: app.db: app.db-shm was deleted while in use"));
  }
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: -wal or -shm truncated while in use is corrupt") {
  SUBCASE("-wal") {
    fs::resize_file(at / "app.db-wal", 100);
    CHECK(
        contains(sqlite_probe(at / "app.db").result(), "fail corrupt: app.db: app.db-wal was truncated while in use"));
  }
  SUBCASE("-shm") {
    fs::resize_file(at / "app.db-shm", 0);
    CHECK(contains(sqlite_probe(at / "app.db").result(), "fail corrupt: app.db: app.db-shm was truncated to 0 bytes"));
  }
}
