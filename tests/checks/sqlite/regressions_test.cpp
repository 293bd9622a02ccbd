// Regression tests: each case was once a false pass, a false failure or a side effect.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "checks/sqlite/image.hpp"
#include "sqlite/judge_wal.hpp"
#include "sqlite/observation.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

sqlite_probe querying(const std::string& path, const std::string& sql, const std::string& expect = "") {
  std::vector<raw_member> options;
  options.push_back(option("mode", "query"));
  options.push_back(option("query", sql));
  if (!expect.empty()) options.push_back(option("expect", expect));
  return sqlite_probe(path, std::move(options));
}

void overwrite(const std::string& path, off_t at, const void* bytes, std::size_t size) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  REQUIRE(::pwrite(fd, bytes, size, at) == static_cast<ssize_t>(size));
  ::close(fd);
}

}  // namespace

TEST_CASE("sqlite regressions: an index truncated below the length that its application needs is corrupt") {
  for (const auto size : {0, 100, 136, 200, 4096, 32767}) {
    CAPTURE(size);
    const temp_folder at;
    application app;
    make_wal_database(app, at / "app.db");
    fs::resize_file(at / "app.db-shm", static_cast<std::uintmax_t>(size));
    CHECK(contains(sqlite_probe(at / "app.db").result(),
                   fmt::format("fail corrupt: app.db: app.db-shm was truncated to {} bytes", size)));
  }
  CHECK(sqlite::wal_index_bytes(0) == 32768);
  CHECK(sqlite::wal_index_bytes(4062) == 32768);
  CHECK(sqlite::wal_index_bytes(4063) == 2 * 32768);
  CHECK(sqlite::wal_index_bytes(4062 + 4096) == 2 * 32768);
  CHECK(sqlite::wal_index_bytes(4062 + 4097) == 3 * 32768);
}

TEST_CASE("sqlite regressions: an index that is still being created is not truncated") {
  sqlite::observation seen;
  seen.path = "/data/app.db";
  seen.header = sqlite::parse_database_header(database_image().view());
  seen.database.exists = seen.shm.exists = true;
  seen.locks.user = seen.shm_holders.connection = sqlite::held_lock{4711, false};
  const auto judged = [&](std::uint64_t size, sqlite::wal_index_state state, bool writing) {
    seen.shm.facts.size = size;
    seen.index.state = state;
    seen.shm_holders.writer = writing ? std::optional(sqlite::held_lock{4711, true}) : std::nullopt;
    const auto found = sqlite::judge_shm(seen);
    return found ? found->reason : reason::ok;
  };
  using enum sqlite::wal_index_state;
  // It grows by blocks of 4096 bytes under the writer's lock, before its header is written.
  CHECK(judged(0, too_short, true) == reason::ok);
  CHECK(judged(4096, uninitialised, true) == reason::ok);
  CHECK(judged(28672, uninitialised, true) == reason::ok);
  CHECK(judged(0, too_short, false) == reason::corrupt);
  CHECK(judged(4096, uninitialised, false) == reason::corrupt);
  CHECK(judged(4096, ok, true) == reason::corrupt);
  CHECK(judged(4096, torn, true) == reason::corrupt);
}

TEST_CASE("sqlite regressions: exclusive locking in rollback mode is not a stuck writer") {
  const temp_folder at;
  application app(at / "app.db");
  app.run("CREATE TABLE t(x); PRAGMA locking_mode = EXCLUSIVE; INSERT INTO t VALUES (1)");
  sqlite_probe probe(at / "app.db");
  probe.run();
  probe.later(1h);
  const auto result = probe.result();
  CHECK(contains(result, "warn mismatch: app.db: is not in WAL mode"));
  CHECK_FALSE(contains(result, "locked"));
}

TEST_CASE("sqlite regressions: a query in rollback mode does not block a commit") {
  const temp_folder at;
  application app(at / "app.db");
  app.run("CREATE TABLE t(x)");
  app.keep_writing("INSERT INTO t VALUES (1)");
  auto probe = querying(at / "app.db", "SELECT count(*) FROM t");
  for (int i = 0; i < 50; ++i) probe.run();
  const auto result = app.stop_writing();
  CAPTURE(result);
  CHECK(result.ends_with(" 0"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite regressions: queries may use virtual tables and table-valued functions") {
  app.run("CREATE VIRTUAL TABLE f USING fts5(words)");
  app.run("INSERT INTO f VALUES ('telltale of the mast')");
  for (const auto* sql : {"SELECT count(*) FROM f WHERE f MATCH 'mast'", "SELECT count(*) FROM json_each('[7]')",
                          "SELECT count(*) FROM pragma_table_info('t')"}) {
    CAPTURE(sql);
    CHECK(contains(querying(at / "app.db", sql, "1").result(), "pass ok"));
  }
  for (const auto* sql : {"INSERT INTO f VALUES ('x')", "PRAGMA query_only = 0", "ATTACH ':memory:' AS m"}) {
    CAPTURE(sql);
    CHECK(contains(querying(at / "app.db", sql).result(), "fail mismatch"));
  }
}

TEST_CASE_FIXTURE(database_in_use, "sqlite regressions: a query that exceeds the memory limit fails") {
  app.run("SELECT * FROM t");
  const auto result = in_child([&] {
    return querying(at / "app.db",
                    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) "
                    "SELECT x FROM (SELECT hex(zeroblob(500000)) || i AS x FROM n) ORDER BY x")
        .result();
  });
  CHECK(contains(result, "fail mismatch: app.db: SQLite exceeded its 64 MiB"));
}

TEST_CASE_FIXTURE(database_in_use, "sqlite regressions: NULL satisfies no comparison") {
  app.run("SELECT * FROM t");
  CHECK(contains(querying(at / "app.db", "SELECT max(x) FROM t WHERE x > 1000", "> 5").result(),
                 "fail mismatch: app.db: the query returns 'NULL', expected > 5"));
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite regressions: a valid index of an unknown version is not opened with SQLite") {
  auto start = index_image({.version = 3008000}).raw();
  overwrite(at / "app.db-shm", 0, start.data(), 96);
  auto probe = querying(at / "app.db", "SELECT 1");
  const auto result = probe.result();
  CHECK(contains(result, "warn mismatch: app.db: its WAL index has version 3008000"));
  CHECK_FALSE(contains(result, "fail"));
}

TEST_CASE("sqlite regressions: an application that closed another descriptor lost its locks, not its file") {
  const temp_folder at;
  const auto path = at / "app.db";
  const auto result = in_child([&]() -> std::string {
    // SQLite runs in this process, so that the test can make the mistake.
    sqlite3* database = nullptr;
    ::sqlite3_open(path.c_str(), &database);
    for (const char* sql : {"PRAGMA journal_mode = WAL", "CREATE TABLE t(x); INSERT INTO t VALUES (1)"})
      ::sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    int asked[2];
    int told[2];
    if (::pipe(asked) != 0 || ::pipe(told) != 0) return "no pipe";
    const pid_t watcher = ::fork();
    if (watcher == 0) {
      sqlite_probe probe(path);
      auto first = probe.result();
      char byte = 0;
      [[maybe_unused]] auto ignored = ::write(told[1], "x", 1);
      ignored = ::read(asked[0], &byte, 1);
      const auto text = first.substr(0, 7) + "\n" + probe.result();
      ignored = ::write(told[1], text.data(), text.size());
      ::_exit(0);
    }
    char block[1024];
    if (::read(told[0], block, 1) != 1) return "no answer";
    ::close(::open(path.c_str(), O_RDONLY | O_CLOEXEC));  // the mistake
    if (::write(asked[1], "x", 1) != 1) return "no question";
    const auto n = ::read(told[0], block, sizeof block);
    ::waitpid(watcher, nullptr, 0);
    return std::string(block, static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  });
  CHECK(contains(result, "pass ok\nwarn locked: app.db: has lost its locks"));
}

TEST_CASE("sqlite regressions: an unused log that is damaged or belongs to another database is reported") {
  const temp_folder at;
  {
    application app;
    make_wal_database(app, at / "app.db");
    app.run(large_insert);
    app.crash();
  }
  sqlite_probe probe(at / "app.db");
  CHECK(contains(probe.result(), "pass idle"));
  const auto other = wal_image(false, 8192);
  overwrite(at / "app.db-wal", 0, other.view().data(), other.view().size());
  CHECK(contains(probe.result(), "fail corrupt: app.db: app.db-wal has pages of 8192 bytes, the database of 4096"));
  overwrite(at / "app.db-wal", 0, "xxxxxxxx", 8);
  CHECK(contains(probe.result(), "warn corrupt: app.db: app.db-wal does not start with a WAL header"));
}

TEST_CASE("sqlite regressions: a query as root does not change the mode of an empty log") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root's SQLite changes modes");
    return;
  }
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  app.run("PRAGMA wal_checkpoint(TRUNCATE)");
  REQUIRE(::chmod((at / "app.db").c_str(), 0600) == 0);
  REQUIRE(::chmod((at / "app.db-wal").c_str(), 0666) == 0);
  const auto before = listing(at.path());
  querying(at / "app.db", "SELECT 1").run();
  CHECK(listing(at.path()) == before);
}

TEST_CASE("sqlite regressions: queries never deny access to an application that repeatedly opens and closes") {
  const temp_folder at;
  application keeper;
  make_wal_database(keeper, at / "app.db");
  keeper.close();
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) {
      sqlite3* database = nullptr;
      ::sqlite3_open((at / "app.db").c_str(), &database);
      ::sqlite3_busy_timeout(database, 1000);
      ::sqlite3_exec(database, "INSERT INTO t VALUES (1)", nullptr, nullptr, nullptr);
      ::sqlite3_close(database);
    }
  }
  auto probe = querying(at / "app.db", "SELECT count(*) FROM t");
  std::string failure;
  for (int i = 0; i < 500; ++i)
    if (const auto found = probe.run(); found.verdict == verdict::fail) failure = described(found);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(failure == "");
}
