// Tests deep checks with quick_check, and how later probes report their results.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "sqlite/judge_limits.hpp"
#include "sqlite/quick_check.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

std::vector<raw_member> every(std::string every = "6h", std::string timeout = "30s") {
  std::vector<raw_member> out;
  out.push_back(limit_option("integrity", {option("every", std::move(every)), option("timeout", std::move(timeout))}));
  return out;
}

/// Overwrites the cells of a page after the header; only reading the page can detect it.
void damage_page(const std::string& path, int page, int page_size = 4096) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  const std::string junk(200, '\x55');
  REQUIRE(::pwrite(fd, junk.data(), junk.size(), off_t{page_size} * (page - 1)) == 200);
  ::close(fd);
}

/// A database in use whose pages are in the file and not in the log.
void make_checkpointed(application& app, const std::string& path) {
  make_wal_database(app, path);
  app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE)");
  app.run("INSERT INTO t VALUES (2)");
}

}  // namespace

TEST_CASE("sqlite integrity: a valid database passes, and later probes report the age of the result") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  sqlite_probe probe(at / "app.db", every());
  CHECK(contains(probe.result(), "integrity not examined yet"));
  CHECK(described(probe.deep_check(20s, 2h)) == "pass ok: integrity ok");
  const auto found = probe.run();
  CHECK(contains(described(found), "pass ok: app.db: "));
  CHECK(contains(found.message, ", integrity ok 2 h ago"));
  CHECK(found.measured("integrity_age_seconds") == 7200);
}

TEST_CASE("sqlite integrity: a damaged page fails the deep check and the probes after it") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  damage_page(at / "app.db", 20);
  sqlite_probe probe(at / "app.db", every());
  CHECK(contains(probe.result(), "pass ok"));  // inspection reads no pages
  const auto found = probe.deep_check(20s, 1h);
  CHECK(found.verdict == verdict::fail);
  CHECK(found.reason == reason::corrupt);
  CHECK(contains(found.message, "quick_check reports: "));
  const auto result = probe.result();
  CHECK(contains(result, "fail corrupt: app.db: integrity: quick_check reports: "));
  CHECK(contains(result, " ago)"));
  CHECK_FALSE(probe.run().measured("integrity_age_seconds"));
}

TEST_CASE("sqlite integrity: a deep check leaves no trace and causes no delay and no error in a writer") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  sqlite_probe probe(at / "app.db", every());
  const auto before = listing(at.path());
  CHECK(probe.deep_check().verdict == verdict::pass);
  CHECK(listing(at.path()) == before);

  app.keep_writing("INSERT INTO t VALUES (randomblob(500))");
  for (int i = 0; i < 20; ++i) CHECK(probe.deep_check().verdict == verdict::pass);
  const auto result = app.stop_writing();
  CAPTURE(result);
  CHECK(result.ends_with(" 0"));
  CHECK(app.run("PRAGMA integrity_check") == "ok");
}

TEST_CASE("sqlite integrity: a deep check that times out warns with advice") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  for (int i = 0; i < 20; ++i) app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3)");
  sqlite_probe probe(at / "app.db", every());
  const auto found = probe.deep_check(0ms);
  CHECK(found.verdict == verdict::warn);
  CHECK(found.reason == reason::timeout);
  CHECK(contains(found.message, "raise integrity.timeout"));
  CHECK(contains(probe.result(), "warn timeout: app.db: integrity: not examined"));
}

TEST_CASE("sqlite integrity: a deep check stops when the backlog grows and does not start when it is large") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  for (int i = 0; i < 100; ++i) app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3)");
  // A log that was longer before can grow without a larger file.
  const auto seen = sqlite::observe(at / "app.db");
  const auto now = sqlite::backlog_bytes(seen).value_or(0);
  app.keep_writing("INSERT INTO t VALUES (randomblob(100000))");
  // On a fast machine the deep check may end before the backlog is large enough.
  outcome found;
  for (int i = 0; i < 200 && found.reason != reason::locked; ++i)
    found = sqlite::quick_check(seen, now + 8192, boot_clock::now() + 20s);
  app.stop_writing();
  CHECK(found.verdict == verdict::warn);
  CHECK(contains(found.message, "stopped because the WAL backlog reached"));
  CHECK(sqlite::quick_check(sqlite::observe(at / "app.db"), 4096, boot_clock::now() + 20s).reason == reason::locked);
}

TEST_CASE("sqlite integrity: a deep check that would leave a trace or block a writer is skipped without a failure") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  sqlite_probe probe(at / "app.db", every());
  SUBCASE("after a crash, without an index") {
    app.crash();
    std::filesystem::remove(at / "app.db-shm");
  }
  SUBCASE("in exclusive mode") { app.run("PRAGMA locking_mode = EXCLUSIVE; INSERT INTO t VALUES (2)"); }
  SUBCASE("in a transaction with a rollback journal") {
    app.run("PRAGMA journal_mode = DELETE");
    app.run("BEGIN IMMEDIATE");
  }
  const auto before = listing(at.path());
  const auto found = probe.deep_check();
  CHECK(found.verdict == verdict::warn);
  CHECK(found.reason == reason::idle);
  CHECK(listing(at.path()) == before);
  CHECK_FALSE(contains(probe.result(), "fail"));
}

TEST_CASE("sqlite integrity: rows that violate a constraint are not reported as damage") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  app.run("CREATE TABLE n(x)");
  app.run("INSERT INTO n VALUES (NULL)");
  app.run("PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = 'CREATE TABLE n(x NOT NULL)' WHERE name = 'n'");
  sqlite_probe probe(at / "app.db", every());
  CHECK(probe.deep_check().verdict == verdict::pass);
}

TEST_CASE("sqlite integrity: files that inspection rejects are not read") {
  const temp_folder at;
  write_file(at / "app.db", std::string(8192, 'x'));
  sqlite_probe probe(at / "app.db", every());
  CHECK(described(probe.deep_check()) == "warn idle: integrity: not examined: its files are not in order");
  CHECK(contains(probe.result(), "fail corrupt"));
}

TEST_CASE("sqlite integrity: collations and functions defined by the application do not fail the check") {
  const temp_folder at;
  in_child([&]() -> std::string {
    sqlite3* database = nullptr;
    ::sqlite3_open((at / "app.db").c_str(), &database);
    ::sqlite3_create_collation(database, "mine", SQLITE_UTF8, nullptr,
                               [](void*, int a, const void*, int b, const void*) { return a - b; });
    ::sqlite3_create_function(
        database, "sane", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
        [](sqlite3_context* to, int, sqlite3_value**) { ::sqlite3_result_int(to, 1); }, nullptr, nullptr);
    for (const char* sql :
         {"PRAGMA journal_mode = WAL", "CREATE TABLE checked(x CHECK (sane(x))); INSERT INTO checked VALUES (1)",
          "CREATE TABLE collated(x COLLATE mine); CREATE INDEX i ON collated(x)"})
      ::sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    ::sqlite3_close(database);
    return "";
  });
  application app(at / "app.db");
  app.run("CREATE TABLE t(x); INSERT INTO t VALUES (1)");
  sqlite_probe probe(at / "app.db", every());
  const auto found = probe.deep_check();
  CHECK(described(found) ==
        "warn mismatch: integrity: not examined: no such collation sequence: mine: run `PRAGMA quick_check` in the "
        "application, which provides it");
  app.run("DROP INDEX i");
  CHECK(probe.deep_check().verdict == verdict::pass);
}

TEST_CASE("sqlite integrity: a worker killed during a deep check is a warning, not corruption") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  sqlite_probe probe(at / "app.db", every());
  for (const auto why : {reason::timeout, reason::crashed, reason::stuck, reason::internal}) {
    probe.set_deep_check(outcome::fail(why, "no answer within 30 s; the worker was killed"));
    const auto found = probe.run();
    CHECK(found.verdict == verdict::warn);
    CHECK(found.reason == why);
  }
}
