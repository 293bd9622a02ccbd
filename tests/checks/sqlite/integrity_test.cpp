// Examinations: whole databases read with quick_check, politely, and what the probes make of it.
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

/// Overwrites the cells of a page behind the header, which nothing but reading the page can find.
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

TEST_CASE("sqlite integrity: a sound database passes, and later probes say how long ago") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  sqlite_probe probe(at / "app.db", every());
  CHECK(contains(probe.said(), "integrity not examined yet"));
  CHECK(described(probe.examine(20s, 2h)) == "pass ok: integrity ok");
  const auto found = probe.run();
  CHECK(contains(described(found), "pass ok: app.db: "));
  CHECK(contains(found.message, ", integrity ok 2 h ago"));
  CHECK(found.measured("integrity_age_seconds") == 7200);
}

TEST_CASE("sqlite integrity: damage behind the header fails, in examinations and in the probes after them") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  damage_page(at / "app.db", 20);
  sqlite_probe probe(at / "app.db", every());
  CHECK(contains(probe.said(), "pass ok"));  // inspection reads no pages
  const auto found = probe.examine(20s, 1h);
  CHECK(found.verdict == verdict::fail);
  CHECK(found.reason == reason::corrupt);
  CHECK(contains(found.message, "quick_check reports: "));
  const auto said = probe.said();
  CHECK(contains(said, "fail corrupt: app.db: integrity: quick_check reports: "));
  CHECK(contains(said, " ago)"));
  CHECK_FALSE(probe.run().measured("integrity_age_seconds"));
}

TEST_CASE("sqlite integrity: an examination leaves no trace, keeps no writer waiting and sees no error in it") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  sqlite_probe probe(at / "app.db", every());
  const auto before = listing(at.path());
  CHECK(probe.examine().verdict == verdict::pass);
  CHECK(listing(at.path()) == before);

  app.keep_writing("INSERT INTO t VALUES (randomblob(500))");
  for (int i = 0; i < 20; ++i) CHECK(probe.examine().verdict == verdict::pass);
  const auto result = app.stop_writing();
  CAPTURE(result);
  CHECK(result.ends_with(" 0"));
  CHECK(app.run("PRAGMA integrity_check") == "ok");
}

TEST_CASE("sqlite integrity: one that does not end in time warns, and says what to do") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  for (int i = 0; i < 20; ++i) app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3)");
  sqlite_probe probe(at / "app.db", every());
  const auto found = probe.examine(0ms);
  CHECK(found.verdict == verdict::warn);
  CHECK(found.reason == reason::timeout);
  CHECK(contains(found.message, "raise integrity.timeout"));
  CHECK(contains(probe.said(), "warn timeout: app.db: integrity: not examined"));
}

TEST_CASE("sqlite integrity: it gives way when the backlog grows meanwhile, and does not begin when it is large") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  for (int i = 0; i < 100; ++i) app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3)");
  // A log that was longer once grows without the file growing.
  const auto seen = sqlite::observe(at / "app.db");
  const auto now = sqlite::backlog_bytes(seen).value_or(0);
  app.keep_writing("INSERT INTO t VALUES (randomblob(100000))");
  // Whether the reading was already over before the writer had gone so far is up to the machine.
  outcome found;
  for (int i = 0; i < 200 && found.reason != reason::locked; ++i)
    found = sqlite::quick_check(seen, now + 8192, boot_clock::now() + 20s);
  app.stop_writing();
  CHECK(found.verdict == verdict::warn);
  CHECK(contains(found.message, "stopped because the WAL backlog reached"));
  CHECK(sqlite::quick_check(sqlite::observe(at / "app.db"), 4096, boot_clock::now() + 20s).reason == reason::locked);
}

TEST_CASE(
    "sqlite integrity: where reading would leave a trace or be in the way, nothing is examined and nothing is red") {
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
  const auto found = probe.examine();
  CHECK(found.verdict == verdict::warn);
  CHECK(found.reason == reason::idle);
  CHECK(listing(at.path()) == before);
  CHECK_FALSE(contains(probe.said(), "fail"));
}

TEST_CASE("sqlite integrity: rows that break a rule of their table are no damage") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  app.run("CREATE TABLE n(x)");
  app.run("INSERT INTO n VALUES (NULL)");
  app.run("PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = 'CREATE TABLE n(x NOT NULL)' WHERE name = 'n'");
  sqlite_probe probe(at / "app.db", every());
  CHECK(probe.examine().verdict == verdict::pass);
}

TEST_CASE("sqlite integrity: files that are not in order are left to the probes") {
  const temp_folder at;
  write_file(at / "app.db", std::string(8192, 'x'));
  sqlite_probe probe(at / "app.db", every());
  CHECK(described(probe.examine()) == "warn idle: integrity: not examined: its files are not in order");
  CHECK(contains(probe.said(), "fail corrupt"));
}

TEST_CASE("sqlite integrity: collations and functions that only the application has do not make it red") {
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
  const auto found = probe.examine();
  CHECK(described(found) ==
        "warn mismatch: integrity: not examined: no such collation sequence: mine: run `PRAGMA quick_check` in the "
        "application, which provides it");
  app.run("DROP INDEX i");
  CHECK(probe.examine().verdict == verdict::pass);
}

TEST_CASE("sqlite integrity: a worker that was killed at it is a warning, not a sick database") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  sqlite_probe probe(at / "app.db", every());
  for (const auto why : {reason::timeout, reason::crashed, reason::stuck, reason::internal}) {
    probe.examined(outcome::fail(why, "no answer within 30 s; the worker was killed"));
    const auto found = probe.run();
    CHECK(found.verdict == verdict::warn);
    CHECK(found.reason == why);
  }
}
