// Tests checks of databases and copies: what they find, and that they harm nobody.
#include <doctest/doctest.h>

#include "checks/sqlite/closed_fixtures.hpp"
#include "checks/sqlite/fixtures.hpp"
#include "sqlite/judge_limits.hpp"
#include "sqlite_integrity/quick_check.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

constexpr off_t page_20 = off_t{4096} * 19;

/// A database in use whose pages are in the file and not in the log.
void make_checkpointed(application& app, const std::string& path) {
  make_wal_database(app, path);
  app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE)");
  app.run("INSERT INTO t VALUES (2)");
}

/// A finished copy of a database, and a check of it.
struct copied {
  copied() {
    make_checkpointed(app, at / "app.db");
    app.run("VACUUM INTO '" + at / "app.bak" + "'");
  }
  sqlite_probe probe() {
    std::vector<raw_member> immutable;
    immutable.push_back(option("immutable", "true"));
    return integrity_probe(at / "app.bak", std::move(immutable));
  }

  temp_folder at;
  application app;
};

}  // namespace

TEST_CASE("sqlite integrity: a valid database passes, and the time is measured") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  const auto before = to_seconds(std::chrono::system_clock::now().time_since_epoch());
  const auto found = integrity_probe(at / "app.db").run();
  const auto after = to_seconds(std::chrono::system_clock::now().time_since_epoch());
  CHECK(described(found) == "pass ok: app.db: intact");
  CHECK(found.measured("intact_timestamp_seconds").value_or(0) >= before);
  CHECK(found.measured("intact_timestamp_seconds").value_or(0) <= after);
}

TEST_CASE("sqlite integrity: a damaged page fails, and its repair passes") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  const auto sound = read_file(at / "app.db");
  damage(at / "app.db", page_20);
  auto probe = integrity_probe(at / "app.db");
  CHECK(contains(sqlite_probe(at / "app.db").result(), "pass ok"));  // inspection reads no pages
  CHECK(contains(probe.result(), "fail corrupt: app.db: quick_check reports: "));
  CHECK_FALSE(probe.run().measured("intact_timestamp_seconds"));
  write_file(at / "app.db", sound);
  CHECK(probe.result() == "pass ok: app.db: intact");
}

TEST_CASE("sqlite integrity: a check leaves no trace and causes no delay and no error in a writer") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  auto probe = integrity_probe(at / "app.db");
  const auto before = listing(at.path());
  CHECK(probe.run().verdict == verdict::pass);
  CHECK(listing(at.path()) == before);

  app.keep_writing("INSERT INTO t VALUES (randomblob(500))");
  for (int i = 0; i < 20; ++i) CHECK(probe.run().verdict == verdict::pass);
  const auto result = app.stop_writing();
  CAPTURE(result);
  CHECK(result.ends_with(" 0"));
  CHECK(app.run("PRAGMA integrity_check") == "ok");
}

TEST_CASE("sqlite integrity: a check that does not end in time warns with advice") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  for (int i = 0; i < 20; ++i) app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3)");
  CHECK(described(integrity_probe(at / "app.db").run(0ms)) ==
        "warn timeout: app.db: not checked: quick_check did not finish in time; raise its timeout");
}

TEST_CASE("sqlite integrity: a check stops when the backlog grows and does not start when it is large") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  for (int i = 0; i < 100; ++i) app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3)");
  // A log that was longer before can grow without a larger file.
  const auto seen = sqlite::observe(at / "app.db");
  const auto now = sqlite::backlog_bytes(seen).value_or(0);
  app.keep_writing("INSERT INTO t VALUES (randomblob(100000))");
  // On a fast machine the check may end before the backlog is large enough.
  outcome found;
  for (int i = 0; i < 200 && found.reason != reason::locked; ++i)
    found = sqlite::quick_check(seen, now + 8192, boot_clock::now() + 20s);
  app.stop_writing();
  CHECK(found.verdict == verdict::warn);
  CHECK(contains(found.message, "stopped because the WAL backlog reached"));
  std::vector<raw_member> small;
  small.push_back(option("max_backlog", "4KiB"));
  CHECK(integrity_probe(at / "app.db", std::move(small)).run().reason == reason::locked);
}

TEST_CASE("sqlite integrity: a check that would leave a trace or block a writer is idle") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
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
  CHECK(contains(integrity_probe(at / "app.db").result(), "pass idle: app.db: not checked: "));
  CHECK(listing(at.path()) == before);
}

TEST_CASE("sqlite integrity: rows that violate a constraint are not reported as damage") {
  const temp_folder at;
  application app;
  make_checkpointed(app, at / "app.db");
  app.run("CREATE TABLE n(x)");
  app.run("INSERT INTO n VALUES (NULL)");
  app.run("PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = 'CREATE TABLE n(x NOT NULL)' WHERE name = 'n'");
  CHECK(integrity_probe(at / "app.db").run().verdict == verdict::pass);
}

TEST_CASE("sqlite integrity: a file that is missing or no database fails, and passes when it is one") {
  const temp_folder at;
  auto probe = integrity_probe(at / "app.db");
  SUBCASE("missing") { CHECK(probe.result() == "fail missing: " + at / "app.db does not exist"); }
  SUBCASE("random bytes") {
    write_file(at / "app.db", std::string(8192, 'x'));
    CHECK(contains(probe.result(), "fail corrupt: app.db: "));
  }
  SUBCASE("empty") {
    write_file(at / "app.db", "");
    CHECK(contains(probe.result(), "fail corrupt: app.db: "));
  }
  SUBCASE("truncated") {
    make_closed(at / "app.db");
    std::filesystem::resize_file(at / "app.db", 4096);
    CHECK(contains(probe.result(), "fail corrupt: app.db: is truncated"));
  }
  SUBCASE("a directory") {
    std::filesystem::create_directory(at / "app.db");
    CHECK(contains(probe.result(), "fail mismatch: app.db: "));
  }
  std::filesystem::remove(at / "app.db");
  application app;
  make_checkpointed(app, at / "app.db");
  CHECK(probe.result() == "pass ok: app.db: intact");
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
  auto probe = integrity_probe(at / "app.db");
  CHECK(probe.result() ==
        "warn mismatch: app.db: not checked: no such collation sequence: mine: run `PRAGMA quick_check` in the "
        "application, which provides it");
  app.run("DROP INDEX i");
  CHECK(probe.run().verdict == verdict::pass);
}

TEST_CASE("sqlite integrity: a closed database is checked without a trace") {
  const temp_folder at;
  {
    application app;
    make_wal_database(app, at / "app.db");
    app.run(large_insert);
    app.close();
  }
  auto probe = integrity_probe(at / "app.db");
  const auto before = listing(at.path());
  CHECK(probe.result() == "pass ok: app.db: intact");
  CHECK(listing(at.path()) == before);
  damage(at / "app.db", page_20);
  CHECK(contains(probe.result(), "fail corrupt: app.db: quick_check reports: "));
}

TEST_CASE("sqlite integrity: a database whose application repeatedly opens and closes it is checked") {
  const temp_folder at;
  make_closed(at / "app.db");
  const reopening_application app(at / "app.db");
  auto probe = integrity_probe(at / "app.db");
  int passed = 0;
  std::string wrong;
  for (int i = 0; i < 100; ++i) {
    const auto found = probe.run();
    if (found.verdict == verdict::pass && found.reason == reason::ok) ++passed;
    if (found.verdict == verdict::fail) wrong = described(found);
  }
  CHECK(wrong == "");
  CHECK(passed >= 90);
}

TEST_CASE("sqlite integrity: `immutable` reads a whole copy without locks and without creating files") {
  copied world;
  auto probe = world.probe();
  const auto before = listing(world.at.path());
  CHECK(probe.result() == "pass ok: app.bak: intact");
  CHECK(listing(world.at.path()) == before);
  damage(world.at / "app.bak", page_20);
  CHECK(contains(probe.result(), "fail corrupt: app.bak: quick_check reports: "));
}

TEST_CASE("sqlite integrity: a copy that is not one has its reason") {
  copied world;
  const auto bak = world.at / "app.bak";
  auto probe = world.probe();
  SUBCASE("missing") {
    std::filesystem::remove(bak);
    CHECK(probe.result() == "fail missing: " + bak + " does not exist");
  }
  SUBCASE("a directory") {
    std::filesystem::remove(bak);
    std::filesystem::create_directory(bak);
    CHECK(probe.result() == "fail mismatch: app.bak: is not a regular file");
  }
  SUBCASE("another file") {
    write_file(bak, std::string(8192, 'x'));
    CHECK(probe.result() == "fail corrupt: app.bak: is not an SQLite database");
  }
  SUBCASE("still being written") {
    write_file(bak + "-wal", "x");
    CHECK(probe.result() == "pass idle: app.bak: not checked: " + bak + "-wal is not empty");
  }
}
