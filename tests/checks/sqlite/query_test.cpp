// Tests query and write modes: their findings, and that they leave nothing behind.
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

TEST_CASE_FIXTURE(database_in_use, "sqlite query: the value is measured and compared with `expect`") {
  app.run("INSERT INTO t VALUES (41)");
  const auto found = querying(at / "app.db", "SELECT sum(x) FROM t", "> 40").run();
  CHECK(described(found) == "pass ok: app.db: 4.0 KiB in use, WAL backlog 16.0 KiB, query returns '42'");
  CHECK(found.measured("query_value") == 42);
  CHECK(querying(at / "app.db", "SELECT sum(x) FROM t", "41").result() ==
        "fail mismatch: app.db: the query returns '42', expected 41");
  CHECK(querying(at / "app.db", "SELECT x FROM t WHERE x > 99", "1").result() ==
        "fail mismatch: app.db: the query returns no row, expected 1");
  CHECK(querying(at / "app.db", "SELECT NULL", "NULL").run().verdict == verdict::pass);
  CHECK(querying(at / "app.db", "PRAGMA quick_check", "ok").run().verdict == verdict::pass);
  CHECK(querying(at / "app.db").run().verdict == verdict::pass);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: anything but a single reading statement is rejected") {
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
  CHECK(contains(querying(at / "app.db", "SELECT 1; SELECT 2").result(), "it must be one statement"));
  CHECK(contains(querying(at / "app.db", "SELECT 1; nonsense").result(), "it must be one statement"));
  CHECK(querying(at / "app.db", "SELECT 1; -- that is all").run().verdict == verdict::pass);
  CHECK(
      contains(querying(at / "app.db", "SELECT * FROM nowhere").result(), "the configured query fails: no such table"));
  CHECK(app.run("SELECT count(*) FROM t") == "1");
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: an endless query is interrupted at the deadline") {
  const auto before = boot_clock::now();
  auto probe =
      querying(at / "app.db", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n");
  CHECK(probe.result() == "fail timeout: app.db: no result before the deadline");
  CHECK(boot_clock::now() - before < 10s);  // without a deadline the query would not end
}

TEST_CASE("sqlite query: a database that fails inspection is not opened with SQLite") {
  const temp_folder at;
  write_file(at / "app.db", "");
  write_file(at / "app.db-wal", "precious");  // SQLite deletes the log of an empty database
  CHECK(querying(at / "app.db").run().reason == reason::corrupt);
  CHECK(read_file(at / "app.db-wal") == "precious");
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: a query detects damage outside the header") {
  app.run("PRAGMA wal_checkpoint(TRUNCATE)");
  app.crash();
  auto image = read_file(at / "app.db");
  image.replace(100, 8, "\xff\xff\xff\xff\xff\xff\xff\xff");  // the root page of the schema
  write_file(at / "app.db", image);
  CHECK(sqlite_probe(at / "app.db").run().verdict == verdict::pass);
  CHECK(contains(querying(at / "app.db").result(), "fail corrupt: app.db: the database is damaged: "));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: the query is skipped when SQLite would have to create files") {
  app.crash();
  fs::remove(at / "app.db-shm");
  const auto before = listing(at.path());
  const auto found = querying(at / "app.db", "SELECT 1").run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.reason == reason::idle);
  CHECK(contains(found.message, "not queried: SQLite would have to create its -wal and -shm files"));
  CHECK(listing(at.path()) == before);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: the log of a crashed application is read without recovery") {
  app.crash();
  const auto before = listing(at.path());
  CHECK(contains(querying(at / "app.db", "SELECT count(*) FROM t", "1").result(), "query returns '1'"));
  CHECK(listing(at.path()) == before);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: a database is readable after the application's first write") {
  app.close();
  app.open(at / "app.db");
  app.run("PRAGMA wal_autocheckpoint = 0");
  app.run("INSERT INTO t VALUES (2)");
  CHECK(contains(querying(at / "app.db", "SELECT count(*) FROM t", "2").result(), "pass ok"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite query: exclusive mode skips the query without a failure") {
  app.run("PRAGMA locking_mode = EXCLUSIVE");
  app.run("INSERT INTO t VALUES (2)");
  const auto found = querying(at / "app.db").run();
  CHECK(found.verdict == verdict::pass);
  CHECK(contains(found.message, "not queried: no other process can read in that mode"));
}

TEST_CASE("sqlite query: file names with URI characters are opened") {
  const temp_folder at;
  const auto path = at / "a b?c#d%41&mode=rw.db";
  application app;
  app.open(path);
  app.run("PRAGMA journal_mode = WAL");
  app.run("CREATE TABLE t(x)");
  CHECK(contains(querying(path, "SELECT count(*) FROM t", "0").result(), "query returns '0'"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite write: a writable database is reported as writable") {
  const auto wal = read_file(at / "app.db-wal");
  CHECK(contains(writing(at / "app.db").result(), "WAL backlog 12.0 KiB, writable"));
  CHECK(read_file(at / "app.db-wal") == wal);
  app.run("INSERT INTO t VALUES (2)");
}

TEST_CASE_FIXTURE(database_in_use, "sqlite write: an active writer does not fail before its limit") {
  app.run("BEGIN IMMEDIATE");
  auto probe = writing(at / "app.db");
  CHECK(contains(probe.result(), "pass ok: app.db: 4.0 KiB in use, WAL backlog 12.0 KiB, write not tried: another"));
  probe.later(12s);
  CHECK(contains(probe.result(), "warn locked: app.db: writer lock held for over 10 s"));
  app.run("COMMIT");
  CHECK(contains(probe.result(), "writable"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite write: no write is tried while no application has the database open") {
  SUBCASE("after a clean stop") { app.close(); }
  SUBCASE("after a crash") { app.crash(); }
  const auto before = listing(at.path());
  const auto found = writing(at / "app.db").run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.reason == reason::idle);
  CHECK(contains(found.message, "write not tried"));
  CHECK(listing(at.path()) == before);
}

TEST_CASE("sqlite write: a user who cannot write all files is reported as read-only") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: needs root to become another user");
    return;
  }
  const temp_folder at;
  REQUIRE(::chmod(at.path().c_str(), 0755) == 0);
  application app;
  make_wal_database(app, at / "app.db");
  CHECK(as_nobody([&] { return writing(at / "app.db").result(); }) ==
        "fail readonly: app.db: cannot be written by this user or on this mount");
  fs::permissions(at / "app.db", fs::perms::all);  // but -shm and -wal not
  CHECK(contains(as_nobody([&] { return writing(at / "app.db").result(); }), "fail readonly: app.db: "));
}

TEST_CASE("sqlite write: a read-only mount is reported, even while no application uses the database") {
  if (!may_mount()) return;
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  app.close();
  const auto result = in_private_mounts([&]() -> std::string {
    const auto* path = at.path().c_str();
    if (::mount(path, path, nullptr, MS_BIND, nullptr) != 0) return "no bind mount";
    if (::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) return "no remount";
    return writing(at / "app.db").result() + "\n" + querying(at / "app.db").result() + "\n" +
           sqlite_probe(at / "app.db").result();
  });
  CHECK(result ==
        "fail readonly: app.db: cannot be written by this user or on this mount (read-only file system)\n"
        "pass idle: app.db: 8.0 KiB, no application has it open\n"
        "pass idle: app.db: 8.0 KiB, no application has it open");
}

TEST_CASE("sqlite write: a hot journal is not rolled back") {
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
  CHECK(contains(writing(at / "app.db").result(), "warn corrupt"));
  CHECK(contains(querying(at / "app.db").result(), "warn corrupt"));
  CHECK(listing(at.path()) == before);
}
