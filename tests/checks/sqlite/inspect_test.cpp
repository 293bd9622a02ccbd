// Tests inspect mode against a real SQLite application in another process.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::vector<raw_member> small_backlog() {
  std::vector<raw_member> out;
  out.push_back(limit_option("wal_backlog", {option("warn", "256KiB"), option("fail", "1MiB")}));
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(database_in_use, "sqlite: a database in use passes with measurements") {
  sqlite_probe probe(at / "app.db");
  const auto found = probe.run();
  CHECK(described(found) == "pass ok: app.db: 4.0 KiB in use, WAL backlog 12.0 KiB");
  CHECK(found.measured("database_bytes") == 4096);
  CHECK(found.measured("wal_bytes") == fs::file_size(at / "app.db-wal"));
  CHECK(found.measured("wal_backlog_bytes") == 3 * 4096);
  CHECK(found.measured("page_count") == 2);
  CHECK(found.measured("readers") == 0);
  CHECK(found.measured("writer_lock_held_seconds") == 0);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a database is idle after a clean stop and does not fail") {
  app.close();
  REQUIRE_FALSE(fs::exists(at / "app.db-shm"));
  CHECK(sqlite_probe(at / "app.db").result() == "pass idle: app.db: 8.0 KiB, no application has it open");
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a database is idle after a crash, and the message mentions its WAL") {
  app.crash();
  REQUIRE(fs::exists(at / "app.db-shm"));
  const auto found = sqlite_probe(at / "app.db").run();
  CHECK(found.reason == reason::idle);
  CHECK(contains(found.message, "no application has it open; a WAL of "));
  CHECK_FALSE(found.measured("wal_backlog_bytes"));  // the index is a leftover: nothing is read from it
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a write lock held beyond the limit is reported with its holder") {
  sqlite_probe probe(at / "app.db");
  app.run("BEGIN IMMEDIATE");
  CHECK(probe.run().reason == reason::ok);
  probe.later(4s);
  CHECK(probe.run().verdict == verdict::pass);
  probe.later(8s);
  const auto held = probe.run();
  CHECK(held.verdict == verdict::warn);
  CHECK(held.reason == reason::locked);
  CHECK(held.message == fmt::format("app.db: writer lock held for over 10 s by pid {} (limit 5 s)", app.pid()));
  CHECK(held.measured("writer_lock_held_seconds") == 12);

  app.run("ROLLBACK");
  CHECK(probe.run().verdict == verdict::pass);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a write lock beside a reader fails when a fail limit is set") {
  std::vector<raw_member> options;
  options.push_back(limit_option("writer_lock", {option("warn", "1s"), option("fail", "10s")}));
  sqlite_probe probe(at / "app.db", std::move(options));
  app.run("BEGIN IMMEDIATE");
  probe.run();
  probe.later(11s);
  CHECK(probe.run().verdict == verdict::fail);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a busy writer that commits is not reported as stuck") {
  sqlite_probe probe(at / "app.db");
  for (int i = 0; i < 5; ++i) {
    app.run("BEGIN IMMEDIATE");
    app.run("INSERT INTO t VALUES (2)");
    CHECK(probe.run().verdict == verdict::pass);
    probe.later(10s);
    app.run("COMMIT");
  }
  app.run("BEGIN IMMEDIATE");
  CHECK(probe.run().verdict == verdict::pass);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: locking_mode=EXCLUSIVE is reported and does not fail") {
  app.close();
  app.open(at / "app.db");
  app.run("PRAGMA locking_mode = EXCLUSIVE");
  app.run("INSERT INTO t VALUES (2)");
  REQUIRE_FALSE(fs::exists(at / "app.db-shm"));
  sqlite_probe probe(at / "app.db");
  CHECK(probe.result() ==
        fmt::format("pass ok: app.db: 8.0 KiB held in locking_mode=EXCLUSIVE by pid {}: only sizes are visible",
                    app.pid()));
  probe.later(1h);
  CHECK(probe.run().verdict == verdict::pass);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: the backlog is known when exclusive mode began after the first read") {
  app.run("PRAGMA locking_mode = EXCLUSIVE");
  app.run("INSERT INTO t VALUES (2)");
  const auto found = sqlite_probe(at / "app.db").run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.measured("wal_backlog_bytes") == 4 * 4096);
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite: a database that is short only because its pages are still in the WAL is healthy") {
  app.run(large_insert);
  REQUIRE(fs::file_size(at / "app.db") == 4096);
  CHECK(sqlite_probe(at / "app.db").run().verdict == verdict::pass);
  app.crash();
  CHECK(sqlite_probe(at / "app.db").run().verdict == verdict::pass);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a WAL index of an unknown version is reported and not read") {
  auto index = read_file(at / "app.db-shm");
  for (const auto copy : {0, 48}) index[copy + 1] = static_cast<char>(index[copy + 1] + 1);
  write_file(at / "app.db-shm", index);
  const auto found = sqlite_probe(at / "app.db").run();
  CHECK(found.verdict == verdict::warn);
  CHECK(found.reason == reason::mismatch);
  CHECK(contains(found.message, "its WAL index has version 3007256, only 3007000 is supported"));
  CHECK_FALSE(found.measured("wal_backlog_bytes"));
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite: a backlog growing behind a stuck reader crosses its limits, and a checkpoint clears it") {
  app.open(at / "app.db", 1);
  app.run("BEGIN; SELECT * FROM t", 1);
  sqlite_probe probe(at / "app.db", small_backlog());
  CHECK(probe.run().verdict == verdict::pass);
  app.run("INSERT INTO t VALUES (randomblob(300000))");
  app.run("PRAGMA wal_checkpoint(PASSIVE)");
  const auto growing = probe.run();
  CHECK(growing.verdict == verdict::warn);
  CHECK(contains(growing.message, "WAL backlog 3"));
  CHECK(contains(growing.message, "(limit 256.0 KiB): a reader blocks checkpoints"));
  CHECK(growing.measured("readers") == 1);
  app.run(large_insert);
  CHECK(probe.run().verdict == verdict::fail);
  CHECK(probe.run().reason == reason::threshold);

  app.run("COMMIT", 1);
  app.run("PRAGMA wal_checkpoint(PASSIVE)");
  const auto done = probe.run();
  CHECK(done.verdict == verdict::pass);
  CHECK(done.measured("wal_backlog_bytes") == 0);
  CHECK(done.measured("wal_bytes").value() > 1 << 20);  // large, but all of it is checkpointed
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: sizes and the age of the last commit have their own limits") {
  std::vector<raw_member> options;
  options.push_back(limit_option("wal_size", {option("warn", "1KiB")}));
  options.push_back(limit_option("database_size", {option("fail", "4KiB")}));
  options.push_back(limit_option("last_commit_age", {option("warn", "1m")}));
  sqlite_probe probe(at / "app.db", std::move(options));
  CHECK(contains(probe.result(), "fail threshold: app.db: database 4.0 KiB (limit 4.0 KiB); WAL file "));
  CHECK_FALSE(contains(probe.result(), "no commit"));
  probe.later(2min);
  CHECK(contains(probe.result(), "no commit for over 2 min (limit 60 s)"));
  CHECK(probe.run().measured("last_commit_age_seconds") == 120);
  app.run("INSERT INTO t VALUES (3)");
  CHECK(probe.run().measured("last_commit_age_seconds") == 0);
}

TEST_CASE_FIXTURE(database_in_use, "sqlite: a holder in another PID namespace is reported without its pid") {
  const auto result = in_child([&]() -> std::string {
    if (::unshare(CLONE_NEWPID) != 0) return "skipped";
    app.run("BEGIN IMMEDIATE");
    return in_child([&] {
      sqlite_probe probe(at / "app.db");
      probe.run();
      probe.later(12s);
      return probe.result();
    });
  });
  if (result == "skipped") {
    MESSAGE("skipped: a PID namespace needs CAP_SYS_ADMIN");
    return;
  }
  CHECK(result ==
        "warn locked: app.db: writer lock held for over 10 s by a process whose pid is not visible from here (limit 5 "
        "s)");
}
