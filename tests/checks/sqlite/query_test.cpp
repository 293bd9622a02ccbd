// The sqlite check in its query and write modes: what they find, and that they leave nothing behind.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

sqlite_probe querying(const std::string& path, const char* query = nullptr, const char* expect = nullptr) {
  std::vector<raw_member> options;
  options.push_back(option("mode", "query"));
  if (query) options.push_back(option("query", query));
  if (expect) options.push_back(option("expect", expect));
  return sqlite_probe(path, std::move(options));
}

sqlite_probe writing(const std::string& path) {
  std::vector<raw_member> options;
  options.push_back(option("mode", "write"));
  return sqlite_probe(path, std::move(options));
}

}  // namespace

TEST_CASE_FIXTURE(database_in_use, "sqlite query: the value is measured and held against the expectation") {
  app.run("INSERT INTO t VALUES (41)");
  const auto found = querying(at / "app.db", "SELECT sum(x) FROM t", "> 40").run();
  CHECK(described(found) == "pass ok: app.db: 4.0 KiB in use, WAL backlog 16.0 KiB, query returns '42'");
  CHECK(found.measured("query_value") == 42);
  CHECK(querying(at / "app.db", "SELECT sum(x) FROM t", "41").said() ==
        "fail mismatch: app.db: the query returns '42', expected 41");
  CHECK(querying(at / "app.db", "SELECT x FROM t WHERE x > 99", "1").said() ==
        "fail mismatch: app.db: the query returns no row, expected 1");
  CHECK(querying(at / "app.db", "SELECT NULL", "NULL").run().verdict == verdict::pass);
  CHECK(querying(at / "app.db", "PRAGMA quick_check", "ok").run().verdict == verdict::pass);
  CHECK(querying(at / "app.db").run().verdict == verdict::pass);
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite query: a statement that does more than read, or is not one statement, is refused") {
  for (const std::string sql :
       {"DELETE FROM t", "CREATE TABLE u(x)", "PRAGMA journal_mode = DELETE", "PRAGMA wal_checkpoint",
        "BEGIN IMMEDIATE", "ATTACH '/tmp/telltale-test-other.db' AS o", "VACUUM", "PRAGMA user_version = 3", "REINDEX",
        "DROP TABLE t", "SELECT load_extension('x')", "INSERT INTO t VALUES (1) RETURNING x",
        "PRAGMA query_only = 0"}) {
    CAPTURE(sql);
    const auto found = querying(at / "app.db", sql.c_str()).run();
    CHECK(found.verdict == verdict::fail);
    CHECK(found.reason == reason::mismatch);
  }
  CHECK(contains(querying(at / "app.db", "SELECT 1; SELECT 2").said(), "it must be one statement"));
  CHECK(contains(querying(at / "app.db", "SELECT 1; nonsense").said(), "it must be one statement"));
  CHECK(querying(at / "app.db", "SELECT 1; -- that is all").run().verdict == verdict::pass);
  CHECK(contains(querying(at / "app.db", "SELECT * FROM nowhere").said(), "the configured query fails: no such table"));
  CHECK(app.run("SELECT count(*) FROM t") == "1");
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: an endless query ends by the deadline") {
  const auto before = boot_clock::now();
  auto probe =
      querying(at / "app.db", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n");
  CHECK(probe.said() == "fail timeout: app.db: no result before the deadline");
  CHECK(boot_clock::now() - before < 10s);  // without a deadline it would never end
}

TEST_CASE("sqlite query: a database that inspection finds broken is not given to SQLite") {
  const temp_folder at;
  write_file(at / "app.db", "");
  write_file(at / "app.db-wal", "precious");  // SQLite deletes the log of an empty database
  CHECK(querying(at / "app.db").run().reason == reason::corrupt);
  CHECK(read_file(at / "app.db-wal") == "precious");
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: damage that the header does not show is found by reading") {
  app.run("PRAGMA wal_checkpoint(TRUNCATE)");
  app.crash();
  auto image = read_file(at / "app.db");
  image.replace(100, 8, "\xff\xff\xff\xff\xff\xff\xff\xff");  // the root page of the schema
  write_file(at / "app.db", image);
  CHECK(sqlite_probe(at / "app.db").run().verdict == verdict::pass);
  CHECK(contains(querying(at / "app.db").said(), "fail corrupt: app.db: the database is damaged: "));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: where SQLite would have to create files it does not run") {
  app.crash();
  fs::remove(at / "app.db-shm");
  const auto before = listing(at.path());
  const auto found = querying(at / "app.db", "SELECT 1").run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.reason == reason::idle);
  CHECK(contains(found.message, "not queried: SQLite would have to create its -wal and -shm files"));
  CHECK(listing(at.path()) == before);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: after a crash it reads the log without repairing anything") {
  app.crash();
  const auto before = listing(at.path());
  CHECK(contains(querying(at / "app.db", "SELECT count(*) FROM t", "1").said(), "query returns '1'"));
  CHECK(listing(at.path()) == before);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: an application that wrote once since its start can be read") {
  app.close();
  app.open(at / "app.db");
  app.run("PRAGMA wal_autocheckpoint = 0");
  app.run("INSERT INTO t VALUES (2)");
  CHECK(contains(querying(at / "app.db", "SELECT count(*) FROM t", "2").said(), "pass ok"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: an application in exclusive mode is not queried and not red") {
  app.run("PRAGMA locking_mode = EXCLUSIVE");
  app.run("INSERT INTO t VALUES (2)");
  const auto found = querying(at / "app.db").run();
  CHECK(found.verdict == verdict::pass);
  CHECK(contains(found.message, "not queried: no other process can read in that mode"));
}

TEST_CASE("sqlite query: names that mean something in a URI are found") {
  const temp_folder at;
  const auto path = at / "a b?c#d%41&mode=rw.db";
  application app;
  app.open(path);
  app.run("PRAGMA journal_mode = WAL");
  app.run("CREATE TABLE t(x)");
  CHECK(contains(querying(path, "SELECT count(*) FROM t", "0").said(), "query returns '0'"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite write: a writable database is reported as writable") {
  const auto wal = read_file(at / "app.db-wal");
  CHECK(contains(writing(at / "app.db").said(), "WAL backlog 12.0 KiB, writable"));
  CHECK(read_file(at / "app.db-wal") == wal);
  app.run("INSERT INTO t VALUES (2)");
}

TEST_CASE_FIXTURE(database_in_use, "sqlite write: a writer at work is not red before its limit") {
  app.run("BEGIN IMMEDIATE");
  auto probe = writing(at / "app.db");
  CHECK(contains(probe.said(), "pass ok: app.db: 4.0 KiB in use, WAL backlog 12.0 KiB, write not tried: another"));
  probe.later(12s);
  CHECK(contains(probe.said(), "warn locked: app.db: writer lock held for over 10 s"));
  app.run("COMMIT");
  CHECK(contains(probe.said(), "writable"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite write: nothing is tried while no application has the database open") {
  SUBCASE("after a clean stop") { app.close(); }
  SUBCASE("after a crash") { app.crash(); }
  const auto before = listing(at.path());
  const auto found = writing(at / "app.db").run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.reason == reason::idle);
  CHECK(contains(found.message, "write not tried"));
  CHECK(listing(at.path()) == before);
}

TEST_CASE("sqlite write: a user who may only read is told so, silently read-only is not writable") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: needs root to become another user");
    return;
  }
  const temp_folder at;
  REQUIRE(::chmod(at.path().c_str(), 0755) == 0);
  application app;
  make_wal_database(app, at / "app.db");
  CHECK(as_nobody([&] { return writing(at / "app.db").said(); }) ==
        "fail readonly: app.db: cannot be written by this user or on this mount");
  fs::permissions(at / "app.db", fs::perms::all);  // but -shm and -wal not
  CHECK(contains(as_nobody([&] { return writing(at / "app.db").said(); }), "fail readonly: app.db: "));
}

TEST_CASE("sqlite write: a read-only mount is said, also while nobody uses the database") {
  if (!may_mount()) return;
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  app.close();
  const auto said = in_private_mounts([&]() -> std::string {
    const auto* path = at.path().c_str();
    if (::mount(path, path, nullptr, MS_BIND, nullptr) != 0) return "no bind mount";
    if (::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) return "no remount";
    return writing(at / "app.db").said() + "\n" + querying(at / "app.db").said() + "\n" +
           sqlite_probe(at / "app.db").said();
  });
  CHECK(said ==
        "fail readonly: app.db: cannot be written by this user or on this mount (read-only file system)\n"
        "pass idle: app.db: 8.0 KiB, no application has it open\n"
        "pass idle: app.db: 8.0 KiB, no application has it open");
}

TEST_CASE("sqlite write: a hot journal is left to the application") {
  const temp_folder at;
  application app(at / "app.db");
  app.run("CREATE TABLE t(x)");
  app.run("PRAGMA cache_size = 5");
  app.run("BEGIN");
  app.run(
      "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) INSERT INTO t SELECT randomblob(4000) FROM "
      "n");
  app.crash();
  const auto before = listing(at.path());
  CHECK(contains(writing(at / "app.db").said(), "warn corrupt"));
  CHECK(contains(querying(at / "app.db").said(), "warn corrupt"));
  CHECK(listing(at.path()) == before);
}
