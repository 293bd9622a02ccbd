// Checkpoint starvation: a log that is copied into the database but never restarted, and its healthy neighbours.
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
  /// Commits, each while a reader reads that began before it; the last one stays.
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

/// Runs the probe after each of `rounds` rounds of work; the distinct "verdict reason" in order.
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

TEST_CASE("sqlite starvation: the log is measured by what it holds, not by the size of its file") {
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

TEST_CASE("sqlite starvation: short readers that always overlap let the log grow for ever, and that is said") {
  busy_database db(1);
  auto probe = limited(db.path);
  db.begin(first_reader);
  int old = first_reader;
  const auto said = watched(probe, 12, [&] {
    for (int i = 0; i < 5; ++i) {
      db.commit();
      const int next = old == first_reader ? second_reader : first_reader;
      db.begin(next);
      db.end(old);
      old = next;
    }
  });
  CHECK(said == "pass ok, warn threshold, fail threshold");
  const auto found = probe.run();
  CHECK(contains(found.message, "WAL log "));
  CHECK(contains(found.message, "(limit 256.0 KiB): never restarted, because a reader is active at every commit"));
  CHECK(found.measured("wal_backlog_bytes").value_or(1e9) < 32 << 10);  // every page is copied soon
  CHECK(found.measured("database_bytes").value_or(1e9) < 32 << 10);

  // Once they pause, a checkpoint copies the rest, and the next commit starts the log anew.
  db.end(old);
  db.commit();
  CHECK(probe.run().verdict == verdict::pass);
  db.commit();
  CHECK(probe.run().measured("wal_log_bytes").value_or(1e9) < 64 << 10);
}

TEST_CASE("sqlite starvation: one reader that re-reads at the newest mark is enough") {
  busy_database db(1);
  auto probe = limited(db.path);
  db.begin(first_reader);
  const auto said = watched(probe, 12, [&] {
    for (int i = 0; i < 5; ++i) {
      db.commit();
      db.end(first_reader);
      db.begin(first_reader);
    }
  });
  CHECK(said == "pass ok, warn threshold, fail threshold");
}

TEST_CASE("sqlite starvation: backups one after the other, each longer than a commit, are told") {
  busy_database db(1);
  auto probe = limited(db.path);
  db.begin(first_reader);
  int number = 0;
  const auto said = watched(probe, 12, [&] {
    for (int i = 0; i < 5; ++i) {
      db.commit();
      // VACUUM INTO reads in one transaction; the one that holds the old mark ends when the copy is made.
      db.app.run(fmt::format("VACUUM INTO '{}'", db.at / fmt::format("copy{}.db", number++)), second_reader);
      db.end(first_reader);
      db.begin(first_reader);
    }
  });
  CHECK(said == "pass ok, warn threshold, fail threshold");
}

TEST_CASE("sqlite starvation: passive checkpoints that always miss the last commit are told without a reader") {
  busy_database db(0);
  auto probe = limited(db.path);
  const auto said = watched(probe, 12, [&] {
    for (int i = 0; i < 5; ++i) {
      db.begin(first_reader);
      db.commit();
      db.checkpoint();  // copies what the reader sees
      db.end(first_reader);
    }
  });
  CHECK(said == "pass ok, warn threshold, fail threshold");
  CHECK(contains(probe.said(), "pass ok"));  // nothing written since, and nobody reads: nothing gets worse
  db.commit();
  CHECK(contains(probe.said(), "never restarted, because checkpoints do not catch up with the writers"));
  db.checkpoint();
  CHECK(probe.run().verdict == verdict::pass);
}

TEST_CASE("sqlite starvation: passive checkpoints without automatic ones are healthy while they copy everything") {
  busy_database db(0);
  auto probe = limited(db.path);
  CHECK(watched(probe, 20, [&] {
          db.commit(3);
          db.checkpoint();
        }) == "pass ok");
}

TEST_CASE("sqlite starvation: readers that pause now and then do not starve it") {
  busy_database db(1);
  auto probe = limited(db.path);
  CHECK(watched(probe, 20, [&] {
          db.begin(first_reader);
          db.commit(3);
          db.end(first_reader);
          db.commit(2);
        }) == "pass ok");
}

TEST_CASE("sqlite starvation: the log of a burst that was copied is no fault, whatever comes after it") {
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
  SUBCASE("many commits, and a reader at the newest mark that stays") {
    db.commit(80);
    db.begin(first_reader);
    reader = true;
  }
  db.checkpoint();
  const auto burst = probe.run();
  CHECK(burst.verdict == verdict::pass);
  CHECK(burst.measured("wal_log_bytes").value_or(0) > 256 << 10);
  for (int i = 0; i < 3; ++i) CHECK(probe.run().verdict == verdict::pass);  // no commit after it
  if (reader) return;
  db.app.run("INSERT INTO t VALUES (2)");
  const auto restarted = probe.run();
  CHECK(restarted.verdict == verdict::pass);
  CHECK(restarted.measured("wal_log_bytes").value_or(1e9) < 64 << 10);
}

TEST_CASE("sqlite starvation: a starved log stays red between two commits while a reader holds it") {
  busy_database db(1);
  auto probe = limited(db.path);
  db.starve(20);
  REQUIRE(probe.run().verdict == verdict::pass);
  db.starve(1);
  for (int i = 0; i < 3; ++i) CHECK(probe.run().verdict == verdict::warn);
  db.end(first_reader);
  CHECK(probe.run().verdict == verdict::pass);  // the next commit's checkpoint copies it, the one after restarts it
}

TEST_CASE("sqlite starvation: a log that is long because checkpoints are rare is judged by its backlog alone") {
  busy_database db(0);
  auto probe = limited(db.path);
  SUBCASE("nobody reads") {}
  SUBCASE("somebody reads") { db.begin(first_reader); }
  CHECK(watched(probe, 10, [&] { db.commit(5); }) == "pass ok");
  CHECK(probe.run().measured("wal_log_bytes").value_or(0) > 256 << 10);
}

TEST_CASE("sqlite starvation: a backlog over its limit is reported beside the log") {
  busy_database db(1);
  std::vector<raw_member> options;
  options.push_back(limit_option("wal_log", {option("warn", "64KiB")}));
  options.push_back(limit_option("wal_backlog", {option("warn", "64KiB")}));
  sqlite_probe probe(db.path, std::move(options));
  db.starve(20);
  REQUIRE(probe.run().verdict == verdict::pass);
  db.commit(20);  // the reader stays
  const auto said = probe.said();
  CHECK(contains(said, "a reader blocks checkpoints; WAL log "));
}

TEST_CASE("sqlite starvation: an application that starts over with a log of its own is not compared with the last") {
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

TEST_CASE("sqlite starvation: there are limits by default, above those of the backlog") {
  const auto type = checks::sqlite();
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  app.open(at / "app.db", first_reader);
  sqlite_probe probe(at / "app.db");
  // 300 pages of 4 KiB a round; copied before the next one, but read all the time.
  app.run("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 1");
  app.run("BEGIN; SELECT count(*) FROM t", first_reader);
  std::string said;
  double log = 0;
  for (int i = 0; i < 140 && (said.empty() || contains(said, "pass ok")); ++i) {
    app.run(large_insert);
    app.run("DELETE FROM t");
    app.run("COMMIT; BEGIN; SELECT count(*) FROM t", first_reader);
    const auto found = probe.run();
    said = described(found);
    log = found.measured("wal_log_bytes").value_or(0);
  }
  CHECK(contains(said, "warn threshold: app.db: WAL log 1"));
  CHECK(contains(said, "(limit 128.0 MiB): never restarted"));
  CHECK(log > 128 << 20);
}
