// Queries of databases that are closed most of the time, or that cannot be read for a while.
#include <doctest/doctest.h>

#include "checks/sqlite/closed_fixtures.hpp"
#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

sqlite_probe expecting(const std::string& path, const char* expect, const char* query = "SELECT count(*) FROM t") {
  std::vector<raw_member> options;
  options.push_back(option("mode", "query"));
  options.push_back(option("query", query));
  if (expect) options.push_back(option("expect", expect));
  return sqlite_probe(path, std::move(options));
}

void make_old(const std::string& path) {
  for (const auto* suffix : {"", "-wal"})
    if (fs::exists(path + suffix)) set_age(path + suffix, 1h);
}

}  // namespace

TEST_CASE("sqlite query results: a query of a closed database is evaluated and leaves no trace") {
  const temp_folder at;
  make_closed(at / "app.db");
  const auto before = listing(at.path());
  const auto found = expecting(at / "app.db", "1").run();
  CHECK(described(found) == "pass idle: app.db: 8.0 KiB, no application has it open, query returns '1'");
  CHECK(found.measured("query_value") == 1);
  CHECK(expecting(at / "app.db", "> 1").result() == "fail mismatch: app.db: the query returns '1', expected > 1");
  CHECK(contains(expecting(at / "app.db", "1", "SELECT x FROM nowhere").result(), "fail mismatch"));
  CHECK(listing(at.path()) == before);
}

TEST_CASE("sqlite query results: a closed database is evaluated by its last committed content") {
  const temp_folder at;
  make_closed(at / "app.db");
  auto probe = expecting(at / "app.db", "< 50");
  application app;
  for (int rows = 2; rows <= 60; ++rows) {
    app.open(at / "app.db");
    app.run("INSERT INTO t VALUES (1)");
    app.close();
    CHECK(contains(probe.result(), fmt::format("the query returns '{}', expected", rows)) == (rows >= 50));
  }
}

TEST_CASE("sqlite query results: while an application opens and closes, runs pass only after a query and never fail") {
  const temp_folder at;
  make_closed(at / "app.db");
  const reopening_application app(at / "app.db");
  auto probe = expecting(at / "app.db", "< 1000");
  std::string wrong;
  int passed = 0;
  for (int i = 0; i < 500; ++i) {
    const auto found = probe.run();
    const bool queried = contains(found.message, ", query returns '");
    if (found.verdict == verdict::pass && queried) ++passed;
    if (found.verdict == verdict::fail || (found.verdict == verdict::pass && !queried)) wrong = described(found);
  }
  CHECK(wrong == "");
  CHECK(passed > 400);
}

TEST_CASE("sqlite query results: a closed database with an empty -wal and a leftover -shm is read as well") {
  const temp_folder at;
  make_closed(at / "app.db");
  write_file(at / "app.db-wal", "");
  SUBCASE("without -shm") {}
  SUBCASE("with -shm") { write_file(at / "app.db-shm", std::string(32768, '\0')); }
  const auto before = listing(at.path());
  CHECK(expecting(at / "app.db", "> 1").result() == "fail mismatch: app.db: the query returns '1', expected > 1");
  CHECK(listing(at.path()) == before);
}

TEST_CASE("sqlite query results: a query detects a damaged schema in a closed database") {
  const temp_folder at;
  make_closed(at / "app.db");
  damage(at / "app.db", 100);
  CHECK(contains(expecting(at / "app.db", nullptr).result(), "fail corrupt: app.db: the database is damaged: "));
}

TEST_CASE("sqlite query results: expect warns when the query cannot run; a query without expect does not") {
  const temp_folder at;
  {
    application app;
    make_wal_database(app, at / "app.db");
    app.crash();
  }
  fs::remove(at / "app.db-shm");  // reading this log requires creating an index
  CHECK(
      contains(expecting(at / "app.db", "1").result(), "warn idle: app.db: not queried: SQLite would have to create"));
  CHECK(contains(expecting(at / "app.db", nullptr).result(), "pass idle: "));
}

TEST_CASE("sqlite query results: the last result is kept while the files are unchanged, and no longer") {
  const temp_folder at;
  make_closed(at / "app.db");
  make_old(at / "app.db");
  auto failing = expecting(at / "app.db", "> 1");
  auto holding = expecting(at / "app.db", "1");
  REQUIRE(failing.run().verdict == verdict::fail);
  REQUIRE(holding.run().verdict == verdict::pass);

  application app;
  open_exclusively(app, at / "app.db");
  failing.later(3min);
  CHECK(failing.result() ==
        "fail mismatch: app.db: the query did not return the expected '> 1' 3 min ago, and its files are unchanged; it "
        "cannot be run now: no other process can read in that mode");
  failing.later(3min);
  CHECK(contains(failing.result(), "fail mismatch: app.db: the query did not return the expected '> 1' 6 min ago"));
  CHECK(contains(holding.result(), "pass ok"));
  CHECK(contains(holding.result(), "query returned the expected '1' "));

  app.run("INSERT INTO t VALUES (2)");
  for (auto* probe : {&failing, &holding})
    CHECK(contains(probe->result(), "warn locked: app.db: not queried: no other process can read in that mode"));
  app.close();
  CHECK(failing.run().verdict == verdict::pass);
  CHECK(holding.run().verdict == verdict::fail);
}

TEST_CASE("sqlite query results: the last result is not kept when file times might not show a change") {
  const temp_folder at;
  make_closed(at / "app.db");
  auto probe = expecting(at / "app.db", "> 1");
  SUBCASE("written at this moment") { set_age(at / "app.db", 500ms); }
  SUBCASE("written in the future") { set_age(at / "app.db", -1h); }
  REQUIRE(probe.run().verdict == verdict::fail);
  application app;
  open_exclusively(app, at / "app.db");
  CHECK(contains(probe.result(), "warn locked: app.db: not queried"));
}

TEST_CASE("sqlite query results: the result of a time-dependent query is not kept, even when the files are unchanged") {
  const temp_folder at;
  {
    application app;
    make_wal_database(app, at / "app.db");
    app.run("CREATE TABLE seen(at); INSERT INTO seen VALUES (strftime('%s', 'now'))");
    app.run("CREATE VIEW age AS SELECT strftime('%s', 'now') - max(at) AS seconds FROM seen");
    app.close();
  }
  make_old(at / "app.db");
  struct row {
    const char* query;
    bool stays;
  };
  const row rows[] = {
      {"SELECT strftime('%s', 'now') - max(at) FROM seen", false},
      {"SELECT seconds FROM age", false},  // by a view
      {"SELECT CURRENT_TIMESTAMP > '2020'", false},
      {"SELECT random() < 0 OR 1", false},
      {"SELECT unixepoch() - at FROM seen WHERE julianday() > 0", false},
      {"SELECT count(*) FROM seen", true},
      {"SELECT abs(max(at)) > 0 FROM seen", true},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.query));
    auto probe = expecting(at / "app.db", "< 1000", row.query);
    REQUIRE(contains(probe.result(), "query returns '"));
    application app;
    open_exclusively(app, at / "app.db");
    const auto found = probe.run();
    CHECK((found.verdict == verdict::pass) == row.stays);
    CHECK(contains(found.message, row.stays ? "query returned the expected" : "not queried"));
  }
}

namespace {

sqlite_probe expecting_without_wal(const std::string& path, const char* expect, const char* query) {
  std::vector<raw_member> options;
  options.push_back(option("mode", "query"));
  options.push_back(option("expect_wal", "ignore"));
  options.push_back(option("query", query));
  options.push_back(option("expect", expect));
  return sqlite_probe(path, std::move(options));
}

}  // namespace

TEST_CASE("sqlite query results: a database in rollback mode is read between two writes, without a trace") {
  const temp_folder at;
  application app(at / "app.db");
  app.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  SUBCASE("while an application has it open") {}
  SUBCASE("while an application reads it") { app.run("BEGIN; SELECT * FROM t"); }
  SUBCASE("closed") { app.close(); }
  const auto before = listing(at.path());
  CHECK(contains(expecting_without_wal(at / "app.db", "1", "SELECT count(*) FROM t").result(), "query returns '1'"));
  CHECK(contains(expecting_without_wal(at / "app.db", "> 1", "SELECT count(*) FROM t").result(),
                 "fail mismatch: app.db: the query returns '1', expected > 1"));
  CHECK(integrity_probe(at / "app.db").run().verdict == verdict::pass);
  CHECK(listing(at.path()) == before);
}

TEST_CASE("sqlite query results: uncommitted changes of a rollback-mode transaction are not read") {
  for (const std::string mode : {"DELETE", "PERSIST", "TRUNCATE", "MEMORY", "OFF"}) {
    CAPTURE(mode);
    const temp_folder at;
    application app(at / "app.db");
    app.run("PRAGMA journal_mode = " + mode + "; PRAGMA cache_size = 5; CREATE TABLE t(x)");
    app.run(large_insert);
    auto probe = expecting_without_wal(at / "app.db", "300", "SELECT count(*) FROM t");
    CHECK(contains(probe.result(), "query returns '300'"));
    app.run("BEGIN");
    app.run(large_insert);  // exceeds the cache, so that uncommitted pages are in the file
    const auto during = probe.result();
    CHECK_FALSE(contains(during, "gives"));
    CHECK(contains(during, "warn locked"));
    app.run("COMMIT");
    CHECK(contains(probe.result(), "the query returns '600'"));
  }
}

TEST_CASE("sqlite query results: queries do not block a rollback-mode writer and never read partial transactions") {
  const temp_folder at;
  application app(at / "app.db");
  app.run("CREATE TABLE a(x); CREATE TABLE b(x)");
  app.run("INSERT INTO a VALUES (0); INSERT INTO b VALUES (0)");
  auto probe = expecting_without_wal(at / "app.db", "1", "SELECT a.x = b.x FROM a, b");
  auto checker = integrity_probe(at / "app.db");
  app.keep_writing("BEGIN; UPDATE a SET x = x + 1; UPDATE b SET x = x + 1; COMMIT");
  std::string wrong;
  for (int i = 0; i < 20; ++i) {
    if (const auto found = probe.run(); found.verdict == verdict::fail) wrong = described(found);
    if (const auto found = checker.run(); found.verdict == verdict::fail) wrong = described(found);
  }
  const auto result = app.stop_writing();
  CAPTURE(result);
  CHECK(result.ends_with(" 0"));
  CHECK(wrong == "");
  CHECK(contains(probe.result(), "query returns '1'"));
}
