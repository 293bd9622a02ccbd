// Tests checkpoint starvation (a log that is checkpointed but never restarted) and similar healthy states.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

constexpr int writer = 0;
constexpr int first_reader = 1;
constexpr int second_reader = 2;

/// One application with a writer and two readers. Pages of 512 bytes, one row that every commit rewrites.
class busy_database {
 public:
  temp_folder at;
  std::string path = at / "app.db";
  application app;

  explicit busy_database(int autocheckpoint) {
    app.open(path);
    app.run("PRAGMA page_size = 512; PRAGMA journal_mode = WAL");
    app.run(fmt::format("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = {}", autocheckpoint));
    app.run("CREATE TABLE t(x); INSERT INTO t VALUES (zeroblob(8000))");
    app.open(path, first_reader);
    app.open(path, second_reader);
  }
  /// 17 pages or more, some 9 KiB of log.
  void commit() { app.run("UPDATE t SET x = randomblob(8000)"); }
  void commit(int times) {
    for (int i = 0; i < times; ++i) commit();
  }
  void begin(int reader) { app.run("BEGIN; SELECT count(*) FROM t", reader); }
  void end(int reader) { app.run("COMMIT", reader); }
  /// Commits, each during a read transaction that began before it; the last one remains open.
  void starve(int commits) {
    for (int i = 0; i < commits; ++i) {
      if (reading_) end(first_reader);
      begin(first_reader);
      reading_ = true;
      commit();
    }
  }
  void checkpoint() { app.run("PRAGMA wal_checkpoint(PASSIVE)"); }

 private:
  bool reading_ = false;
};

sqlite_probe limited(const std::string& path, const char* warn = "64KiB", const char* fail = "256KiB") {
  std::vector<raw_member> options;
  options.push_back(limit_option("wal_log", {option("warn", warn), option("fail", fail)}));
  return sqlite_probe(path, std::move(options));
}

/// Runs the probe after each of `rounds` rounds of work; returns the distinct "verdict reason" in order.
template <class Work>
std::string watched(sqlite_probe& probe, int rounds, Work work) {
  std::string out;
  std::string last;
  for (int i = 0; i < rounds; ++i) {
    work();
    const auto found = probe.run();
    auto now = fmt::format("{} {}", to_string(found.verdict), to_string(found.reason));
    if (now != last) out += (out.empty() ? "" : ", ") + now;
    last = std::move(now);
  }
  return out;
}

}  // namespace

TEST_CASE("sqlite starvation: the log's size is that of its valid frames, not of its file") {
  busy_database db(0);
  sqlite_probe probe(db.path);
  db.commit(3);
  const auto written = probe.run();
  CHECK(written.measured("wal_log_bytes").value_or(0) + 32 == written.measured("wal_bytes"));
  db.checkpoint();
  db.commit();
  const auto restarted = probe.run();
  CHECK(restarted.measured("wal_log_bytes").value_or(0) < written.measured("wal_log_bytes").value_or(0));
  CHECK(restarted.measured("wal_bytes") == written.measured("wal_bytes"));
  db.app.crash();
  CHECK_FALSE(probe.run().measured("wal_log_bytes"));
}

TEST_CASE("sqlite starvation: overlapping short readers make the log grow without bound, which is reported") {
  busy_database db(1);
  auto probe = limited(db.path);
  db.begin(first_reader);
  int old = first_reader;
  const auto result = watched(probe, 12, [&] {
    for (int i = 0; i < 5; ++i) {
      db.commit();
      const int next = old == first_reader ? second_reader : first_reader;
      db.begin(next);
      db.end(old);
      old = next;
    }
  });
  CHECK(result == "pass ok, warn threshold, fail threshold");
  const auto found = probe.run();
  CHECK(contains(found.message, "WAL log "));
  CHECK(contains(found.message, "(limit 256.0 KiB): never restarted, because a reader is active at every commit"));
  CHECK(found.measured("wal_backlog_bytes").value_or(1e9) < 32 << 10);  // every page is copied early
  CHECK(found.measured("database_bytes").value_or(1e9) < 32 << 10);

  // After a pause a checkpoint copies the rest, and the next commit restarts the log.
  db.end(old);
  db.commit();
  CHECK(probe.run().verdict == verdict::pass);
  db.commit();
  CHECK(probe.run().measured("wal_log_bytes").value_or(1e9) < 64 << 10);
}

TEST_CASE("sqlite starvation: one reader that repeatedly reads at the newest mark is sufficient") {
  busy_database db(1);
  auto probe = limited(db.path);
  db.begin(first_reader);
  const auto result = watched(probe, 12, [&] {
    for (int i = 0; i < 5; ++i) {
      db.commit();
      db.end(first_reader);
      db.begin(first_reader);
    }
  });
  CHECK(result == "pass ok, warn threshold, fail threshold");
}

TEST_CASE("sqlite starvation: consecutive backups, each longer than a commit, are reported") {
  busy_database db(1);
  auto probe = limited(db.path);
  db.begin(first_reader);
  int number = 0;
  const auto result = watched(probe, 12, [&] {
    for (int i = 0; i < 5; ++i) {
      db.commit();
      // VACUUM INTO reads in one transaction; the transaction with the old mark ends when the copy is complete.
      db.app.run(fmt::format("VACUUM INTO '{}'", db.at / fmt::format("copy{}.db", number++)), second_reader);
      db.end(first_reader);
      db.begin(first_reader);
    }
  });
  CHECK(result == "pass ok, warn threshold, fail threshold");
}

TEST_CASE("sqlite starvation: passive checkpoints that always miss the last commit are reported without a reader") {
  busy_database db(0);
  auto probe = limited(db.path);
  const auto result = watched(probe, 12, [&] {
    for (int i = 0; i < 5; ++i) {
      db.begin(first_reader);
      db.commit();
      db.checkpoint();  // copies up to the reader's mark
      db.end(first_reader);
    }
  });
  CHECK(result == "pass ok, warn threshold, fail threshold");
  CHECK(contains(probe.result(), "pass ok"));  // without writes and readers the log does not grow
  db.commit();
  CHECK(contains(probe.result(), "never restarted, because checkpoints do not catch up with the writers"));
  db.checkpoint();
  CHECK(probe.run().verdict == verdict::pass);
}

TEST_CASE("sqlite starvation: explicit passive checkpoints pass while they copy everything") {
  busy_database db(0);
  auto probe = limited(db.path);
  CHECK(watched(probe, 20, [&] {
          db.commit(3);
          db.checkpoint();
        }) == "pass ok");
}

TEST_CASE("sqlite starvation: readers that pause sometimes cause no starvation") {
  busy_database db(1);
  auto probe = limited(db.path);
  CHECK(watched(probe, 20, [&] {
          db.begin(first_reader);
          db.commit(3);
          db.end(first_reader);
          db.commit(2);
        }) == "pass ok");
}

TEST_CASE("sqlite starvation: a checkpointed log of a burst passes, whatever follows it") {
  busy_database db(0);
  auto probe = limited(db.path);
  db.commit();
  REQUIRE(probe.run().verdict == verdict::pass);
  bool reader = false;
  SUBCASE("one large transaction") {
    db.app.run(
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 80) INSERT INTO t SELECT zeroblob(8000) FROM "
        "n");
  }
  SUBCASE("many commits") { db.commit(80); }
  SUBCASE("many commits, and a permanent reader at the newest mark") {
    db.commit(80);
    db.begin(first_reader);
    reader = true;
  }
  db.checkpoint();
  const auto burst = probe.run();
  CHECK(burst.verdict == verdict::pass);
  CHECK(burst.measured("wal_log_bytes").value_or(0) > 256 << 10);
  for (int i = 0; i < 3; ++i) CHECK(probe.run().verdict == verdict::pass);  // no commit follows
  if (reader) return;
  db.app.run("INSERT INTO t VALUES (2)");
  const auto restarted = probe.run();
  CHECK(restarted.verdict == verdict::pass);
  CHECK(restarted.measured("wal_log_bytes").value_or(1e9) < 64 << 10);
}

TEST_CASE("sqlite starvation: a starved log keeps failing between two commits while a reader remains") {
  busy_database db(1);
  auto probe = limited(db.path);
  db.starve(20);
  REQUIRE(probe.run().verdict == verdict::pass);
  db.starve(1);
  for (int i = 0; i < 3; ++i) CHECK(probe.run().verdict == verdict::warn);
  db.end(first_reader);
  CHECK(probe.run().verdict == verdict::pass);  // the next commit's checkpoint copies it, the one after restarts it
}

TEST_CASE("sqlite starvation: a log that is long because of rare checkpoints is judged only by its backlog") {
  busy_database db(0);
  auto probe = limited(db.path);
  SUBCASE("without a reader") {}
  SUBCASE("with a reader") { db.begin(first_reader); }
  CHECK(watched(probe, 10, [&] { db.commit(5); }) == "pass ok");
  CHECK(probe.run().measured("wal_log_bytes").value_or(0) > 256 << 10);
}

TEST_CASE("sqlite starvation: a backlog over its limit is reported in addition to the log") {
  busy_database db(1);
  std::vector<raw_member> options;
  options.push_back(limit_option("wal_log", {option("warn", "64KiB")}));
  options.push_back(limit_option("wal_backlog", {option("warn", "64KiB")}));
  sqlite_probe probe(db.path, std::move(options));
  db.starve(20);
  REQUIRE(probe.run().verdict == verdict::pass);
  db.commit(20);  // the reader remains
  const auto result = probe.result();
  CHECK(contains(result, "a reader blocks checkpoints; WAL log "));
}

TEST_CASE("sqlite starvation: a restarted application with a new log is not compared with the previous one") {
  busy_database db(1);
  auto probe = limited(db.path);
  db.starve(20);
  probe.run();
  db.starve(1);
  REQUIRE(probe.run().verdict == verdict::warn);
  db.end(first_reader);
  for (const int connection : {second_reader, first_reader, writer}) db.app.close(connection);
  db.app.open(db.path);
  db.app.run("PRAGMA wal_autocheckpoint = 0");
  db.commit(40);
  CHECK(probe.run().verdict == verdict::pass);
}

TEST_CASE("sqlite starvation: the default limits are above those of the backlog") {
  const auto type = checks::sqlite();
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  app.open(at / "app.db", first_reader);
  sqlite_probe probe(at / "app.db");
  // 300 pages of 4 KiB per round, copied before the next one while a reader is always present.
  app.run("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 1");
  app.run("BEGIN; SELECT count(*) FROM t", first_reader);
  std::string result;
  double log = 0;
  for (int i = 0; i < 140 && (result.empty() || contains(result, "pass ok")); ++i) {
    app.run(large_insert);
    app.run("DELETE FROM t");
    app.run("COMMIT; BEGIN; SELECT count(*) FROM t", first_reader);
    const auto found = probe.run();
    result = described(found);
    log = found.measured("wal_log_bytes").value_or(0);
  }
  CHECK(contains(result, "warn threshold: app.db: WAL log 1"));
  CHECK(contains(result, "(limit 128.0 MiB): never restarted"));
  CHECK(log > 128 << 20);
}
