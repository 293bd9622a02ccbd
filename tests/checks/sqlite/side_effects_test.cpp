// Tests that probes have no side effects: files and times stay the same, and writers are not affected.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/guarded_vfs.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

/// Of each kind, in each state. Reading through SQLite costs ten times as much as an inspection.
constexpr int inspections = 10'000;
constexpr int queries = 1000;
const std::string modes[] = {"inspect", "query"};

int probes_of(const std::string& mode) { return mode == "inspect" ? inspections : queries; }

std::string probe_many(const std::string& path, const std::string& mode) {
  std::vector<raw_member> options;
  options.push_back(option("mode", mode));
  sqlite_probe probe(path, std::move(options));
  for (int i = 1; i < probes_of(mode); ++i) probe.run();
  return probe.result();
}

std::size_t open_descriptors() {
  const auto all = fs::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(fs::begin(all), fs::end(all)));
}

/// So old that the next access would be recorded even under relatime.
void make_access_times_old(const std::string& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    const timespec times[2] = {{1'000'000'000, 1}, {0, UTIME_OMIT}};
    REQUIRE(::utimensat(AT_FDCWD, entry.path().c_str(), times, 0) == 0);
  }
}

}  // namespace

TEST_CASE(
    "sqlite side effects: 10,000 inspections, or 1,000 queries, change no file and no time, in any state of the "
    "application") {
  for (const auto& mode : modes)
    for (const std::string state : {"running", "idle reader", "write lock", "stopped", "crashed", "exclusive"}) {
      CAPTURE(mode);
      CAPTURE(state);
      const temp_folder at;
      application app;
      make_wal_database(app, at / "app.db");
      app.run("SELECT * FROM t");
      if (state == "idle reader") app.run("BEGIN; SELECT * FROM t");
      if (state == "write lock") app.run("BEGIN IMMEDIATE");
      if (state == "stopped") app.close();
      if (state == "crashed") app.crash();
      if (state == "exclusive") app.run("PRAGMA locking_mode = EXCLUSIVE; INSERT INTO t VALUES (2)");
      const auto accessed = mode == "inspect" ? access_times::compared : access_times::ignored;
      if (accessed == access_times::compared) make_access_times_old(at.path());
      const auto before = listing(at.path(), accessed);
      const auto descriptors = open_descriptors();
      CHECK(contains(probe_many(at / "app.db", mode), "pass "));
      CHECK(listing(at.path(), accessed) == before);
      CHECK(open_descriptors() == descriptors);
    }
}

TEST_CASE(
    "sqlite side effects: none for an application of another user and PID namespace, probed on a read-only mount") {
  if (!may_mount()) return;
  for (const auto& mode : modes)
    for (const std::string state : {"running", "stopped", "crashed"}) {
      CAPTURE(mode);
      CAPTURE(state);
      const temp_folder at;
      REQUIRE(::chown(at.path().c_str(), nobody, nobody) == 0);
      application app("", nobody);
      make_wal_database(app, at / "app.db");
      app.run("SELECT * FROM t");
      if (state == "stopped") app.close();
      if (state == "crashed") app.crash();
      const auto before = listing(at.path());
      const auto result = in_private_mounts([&]() -> std::string {
        const auto* path = at.path().c_str();
        if (::unshare(CLONE_NEWPID) != 0) return "no PID namespace";
        if (::mount(path, path, nullptr, MS_BIND, nullptr) != 0) return "no bind mount";
        if (::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) return "no remount";
        return in_child([&] { return probe_many(at / "app.db", mode); });
      });
      CHECK(contains(result, "pass "));
      CHECK(listing(at.path()) == before);
      if (state == "running") CHECK(app.run("INSERT INTO t VALUES (7); SELECT count(*) FROM t") == "2");
    }
}

TEST_CASE("sqlite side effects: another user's probes change no files, even in a world-writable directory") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: needs root to become another user");
    return;
  }
  for (const auto& mode : modes)
    for (const auto directory_mode : {0755u, 0777u})
      for (const std::string state : {"running", "stopped", "crashed"}) {
        CAPTURE(mode);
        CAPTURE(directory_mode);
        CAPTURE(state);
        const temp_folder at;
        REQUIRE(::chmod(at.path().c_str(), directory_mode) == 0);
        application app;
        make_wal_database(app, at / "app.db");
        app.run("SELECT * FROM t");
        if (state == "stopped") app.close();
        if (state == "crashed") app.crash();
        const auto before = listing(at.path());
        CHECK(contains(as_nobody([&] { return probe_many(at / "app.db", mode); }), "pass "));
        CHECK(listing(at.path()) == before);
      }
}

TEST_CASE(
    "sqlite side effects: a writing application gets no error and no delay during 10,000 inspections or 1,000 "
    "queries") {
  for (const auto& mode : modes) {
    CAPTURE(mode);
    const temp_folder at;
    application app;
    make_wal_database(app, at / "app.db");
    app.run("PRAGMA wal_autocheckpoint = 100");
    app.run("PRAGMA synchronous = OFF");
    app.keep_writing("BEGIN IMMEDIATE; INSERT INTO t VALUES (randomblob(500)); COMMIT");
    int failures = 0;
    std::string last;
    std::vector<raw_member> options;
    options.push_back(option("mode", mode));
    sqlite_probe probe(at / "app.db", std::move(options));
    for (int i = 0; i < probes_of(mode); ++i)
      if (const auto found = probe.run(); found.verdict != verdict::pass) {
        ++failures;
        last = described(found);
      }
    const auto result = app.stop_writing();
    CAPTURE(result);
    CHECK(result.ends_with(" 0"));
    CHECK_FALSE(result.starts_with("0 "));
    CAPTURE(last);
    CHECK(failures == 0);
    CHECK(app.run("PRAGMA integrity_check") == "ok");
  }
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite side effects: short connections and truncating checkpoints cause no false failure") {
  app.keep_writing("INSERT INTO t VALUES (randomblob(9000)); PRAGMA wal_checkpoint(TRUNCATE); DELETE FROM t; VACUUM");
  sqlite_probe probe(at / "app.db");
  std::string failure;
  for (int i = 0; i < queries; ++i)
    if (const auto found = probe.run(); found.verdict != verdict::pass) failure = described(found);
  CHECK(failure == "");
  CHECK(app.stop_writing().ends_with(" 0"));
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite side effects: the guarded VFS does not create, write, truncate or delete files") {
  const auto until = boot_clock::now() + std::chrono::seconds(2);
  SUBCASE("no database is created") {
    sqlite::connection database(at / "new.db", sqlite::access::write, until);
    CHECK(database.failed());
    CHECK_FALSE(fs::exists(at / "new.db"));
  }
  SUBCASE("a write is refused, the application continues") {
    {
      sqlite::connection database(at / "app.db", sqlite::access::write, until);
      REQUIRE_FALSE(database.failed());
      const auto wal = read_file(at / "app.db-wal");
      const auto error = database.run("INSERT INTO t VALUES (2)");
      REQUIRE(error);
      CHECK(error->code == SQLITE_IOERR_WRITE);
      CHECK(read_file(at / "app.db-wal") == wal);
    }
    app.run("INSERT INTO t VALUES (3)");
    CHECK(app.run("SELECT sum(x) FROM t") == "4");
    CHECK(app.run("PRAGMA integrity_check") == "ok");
  }
  SUBCASE("a checkpoint is refused") {
    const auto before = read_file(at / "app.db");
    sqlite::connection database(at / "app.db", sqlite::access::write, until);
    CHECK(database.run("PRAGMA wal_checkpoint(TRUNCATE)"));
    CHECK(read_file(at / "app.db") == before);
    CHECK(fs::file_size(at / "app.db-wal") > 0);
  }
  SUBCASE("the last close keeps -wal and -shm") {
    app.run("PRAGMA wal_checkpoint(PASSIVE)");  // no work remains that the guard would refuse
    const auto wal = read_file(at / "app.db-wal");
    {
      sqlite::connection database(at / "app.db", sqlite::access::write, until);
      REQUIRE_FALSE(database.run("BEGIN IMMEDIATE"));
      REQUIRE_FALSE(database.run("ROLLBACK"));
      app.close();
    }
    CHECK(read_file(at / "app.db-wal") == wal);
    CHECK(fs::exists(at / "app.db-shm"));
    application plain(at / "app.db");  // what SQLite does without the guard
    plain.run("SELECT count(*) FROM t");
    plain.close();
    CHECK_FALSE(fs::exists(at / "app.db-wal"));
  }
  SUBCASE("missing -wal and -shm are not created") {
    app.close();
    REQUIRE_FALSE(fs::exists(at / "app.db-wal"));
    const auto before = listing(at.path());
    for (const auto how : {sqlite::access::read_without_trace, sqlite::access::read, sqlite::access::write}) {
      sqlite::connection database(at / "app.db", how, until);
      CHECK(database.run("SELECT count(*) FROM sqlite_schema"));
      CHECK(listing(at.path()) == before);
    }
  }
  SUBCASE("a missing -shm is not created for an existing -wal") {
    app.crash();
    fs::remove(at / "app.db-shm");
    const auto before = listing(at.path());
    for (const auto how : {sqlite::access::read_without_trace, sqlite::access::read, sqlite::access::write}) {
      sqlite::connection database(at / "app.db", how, until);
      CHECK(database.run("SELECT count(*) FROM sqlite_schema"));
      CHECK(listing(at.path()) == before);
    }
  }
  SUBCASE("the log of an emptied database is not deleted") {
    app.crash();
    fs::resize_file(at / "app.db", 0);
    sqlite::connection database(at / "app.db", sqlite::access::write, until);
    database.run("SELECT count(*) FROM sqlite_schema");
    CHECK(fs::exists(at / "app.db-wal"));
  }
}
