// Backups: there, fresh, of the right kind, sound, and not behind.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "sqlite/backup.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

/// An application with a database, a backup of it, and a check of both.
struct backed_up {
  explicit backed_up(std::vector<raw_member> backup_options = {}) {
    make_wal_database(app, at / "app.db");
    app.run("PRAGMA user_version = 5");
    app.run(large_insert);
    app.run("PRAGMA wal_checkpoint(TRUNCATE)");
    app.run("VACUUM INTO '" + at / "app.bak" + "'");
    backup_options.push_back(option("path", at / "app.bak"));
    std::vector<raw_member> options;
    options.push_back(limit_option("backup", std::move(backup_options)));
    probe.emplace(at / "app.db", std::move(options));
  }
  std::string said() { return probe->said(); }

  temp_folder at;
  application app;
  std::optional<sqlite_probe> probe;
};

std::vector<raw_member> one(raw_member member) {
  std::vector<raw_member> out;
  out.push_back(std::move(member));
  return out;
}

}  // namespace

TEST_CASE("sqlite backup: a good one passes and is measured") {
  backed_up world;
  set_age(world.at / "app.bak", 1h);
  const auto found = world.probe->run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.measured("backup_age_seconds").value_or(0) >= 3600);
  CHECK(found.measured("backup_age_seconds").value_or(0) < 3700);
  CHECK(found.measured("backup_bytes").value_or(0) > 300 * 4096);
}

TEST_CASE("sqlite backup: what is wrong with it is said") {
  backed_up world(one(limit_option("max_age", {option("warn", "1d"), option("fail", "2d")})));
  const auto bak = world.at / "app.bak";
  SUBCASE("missing") {
    std::filesystem::remove(bak);
    CHECK(contains(world.said(), "fail missing: app.db: backup " + bak + " does not exist"));
  }
  SUBCASE("old") {
    set_age(bak, 30h);
    CHECK(contains(world.said(), "warn threshold: app.db: backup " + bak + " is over 30 h old"));
    set_age(bak, 50h);
    CHECK(contains(world.said(), "fail threshold: "));
  }
  SUBCASE("from the future") {
    set_age(bak, -50min);
    CHECK(contains(world.said(), "pass ok"));
    set_age(bak, -2h);
    CHECK(contains(world.said(), "warn mismatch: app.db: backup " + bak + " has a modification time in the future"));
  }
  SUBCASE("unfinished") {
    write_file(bak + "-wal", "x");
    CHECK(contains(world.said(), "warn mismatch: app.db: backup " + bak + " is not a finished copy: " + bak + "-wal"));
  }
  SUBCASE("not a database") {
    write_file(bak, std::string(4096, 'x'));
    CHECK(contains(world.said(), "fail corrupt: app.db: backup " + bak + " is not an SQLite database"));
  }
  SUBCASE("empty") {
    write_file(bak, "");
    CHECK(contains(world.said(), "fail corrupt: app.db: backup " + bak + " is not an SQLite database"));
  }
  SUBCASE("truncated") {
    std::filesystem::resize_file(bak, 40'960);
    CHECK(contains(world.said(), "is truncated: 40960 of "));
  }
  SUBCASE("a directory") {
    std::filesystem::remove(bak);
    std::filesystem::create_directory(bak);
    CHECK(contains(world.said(), "fail mismatch: app.db: backup " + bak + " is not a regular file"));
  }
  SUBCASE("the database itself") {
    std::filesystem::remove(bak);
    std::filesystem::create_hard_link(world.at / "app.db", bak);
    CHECK(contains(world.said(), "is the database file itself under another name"));
  }
  SUBCASE("behind") {
    world.app.run("PRAGMA user_version = 6; PRAGMA wal_checkpoint(TRUNCATE)");
    CHECK(contains(world.said(), "fail mismatch: app.db: backup " + bak + " has user_version 5, the database 6"));
  }
}

TEST_CASE("sqlite backup: behind a link, the log that belongs to it is beside the file that the link points to") {
  namespace fs = std::filesystem;
  backed_up world;
  const auto bak = world.at / "app.bak";
  fs::create_directory(world.at / "daily");
  fs::rename(bak, world.at / "daily/monday");
  SUBCASE("one link") { fs::create_symlink("daily/monday", bak); }
  SUBCASE("a link to a link") {
    fs::create_symlink("monday", world.at / "daily/latest");
    fs::create_symlink(world.at / "daily/latest", bak);
  }
  SUBCASE("a link in the way") {
    fs::remove(bak);
    fs::create_symlink("daily", world.at / "days");
    fs::create_symlink("days/monday", bak);
  }
  write_file(bak + "-wal", "not its log");  // SQLite does not look beside a link
  CHECK(contains(world.said(), "pass ok"));
  for (const auto* suffix : {"-wal", "-journal"}) {
    write_file((world.at / "daily/monday") + suffix, "x");
    CHECK(contains(world.said(), "warn mismatch: app.db: backup " + bak + " is not a finished copy: "));
    CHECK(contains(world.said(), std::string("/daily/monday") + suffix + " is not empty"));
    fs::remove((world.at / "daily/monday") + suffix);
  }
  fs::remove(world.at / "daily/monday");
  CHECK(contains(world.said(), "fail missing: app.db: backup " + bak + " is a symbolic link to something that does"));
}

TEST_CASE("sqlite backup: a newer schema cookie of the original is no sign of being behind") {
  // The copy has a cookie of its own: a test of SQLite, on which the choice of user_version rests.
  backed_up world;
  const auto cookie = [](const std::string& path) { return sqlite::observe_backup(path).header.header.schema_cookie; };
  world.app.run("CREATE TABLE u(x); CREATE TABLE v(x); DROP TABLE u; PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::remove(world.at / "app.bak");
  world.app.run("VACUUM INTO '" + world.at / "app.bak" + "'");
  CHECK(cookie(world.at / "app.bak") != cookie(world.at / "app.db"));
  CHECK(contains(world.said(), "pass ok"));
}

TEST_CASE("sqlite backup: with integrity it is read to the end, without a lock or a file beside it") {
  backed_up world(one(option("integrity", "true")));
  const auto before = listing(world.at.path());
  CHECK(described(world.probe->examine()) == "pass ok: integrity ok");
  CHECK(listing(world.at.path()) == before);
  CHECK(contains(world.said(), "integrity ok"));

  const int fd = ::open((world.at / "app.bak").c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  const std::string junk(200, '\x55');
  REQUIRE(::pwrite(fd, junk.data(), junk.size(), 4096 * 20) == 200);
  ::close(fd);
  const auto found = world.probe->examine();
  CHECK(found.verdict == verdict::fail);
  CHECK(contains(described(found), "fail corrupt: integrity of backup: quick_check reports: "));

  std::filesystem::remove(world.at / "app.bak");
  CHECK(world.probe->examine().reason == reason::idle);
}

TEST_CASE("sqlite backup: it is behind although the user_version of the database is only in the log yet") {
  backed_up world;
  SUBCASE("at the start of the log") { world.app.run("PRAGMA user_version = 6"); }
  SUBCASE("far behind in a log whose index has several regions") {
    world.app.run("PRAGMA cache_size = 5");
    for (int i = 0; i < 15; ++i) world.app.run(large_insert);
    world.app.run("PRAGMA user_version = 6");
    world.app.run("INSERT INTO t VALUES (1)");
  }
  SUBCASE("before much else") {
    world.app.run("PRAGMA user_version = 6");
    world.app.run("PRAGMA cache_size = 5");
    for (int i = 0; i < 30; ++i) world.app.run("UPDATE t SET x = randomblob(4000)");
  }
  SUBCASE("while a reader keeps it from being copied") {
    world.app.open(world.at / "app.db", 1);
    world.app.run("BEGIN; SELECT count(*) FROM t", 1);
    world.app.run("PRAGMA user_version = 6");
    world.app.run("PRAGMA wal_checkpoint(PASSIVE)");
  }
  CHECK(contains(world.said(),
                 "fail mismatch: app.db: backup " + world.at / "app.bak" + " has user_version 5, the database 6"));
}

TEST_CASE("sqlite backup: a log without page 1 leaves the user_version of the file") {
  backed_up world;
  world.app.run("UPDATE t SET x = 2 WHERE rowid = 1");
  const auto said = world.said();
  CHECK(contains(said, "pass ok"));
  CHECK_FALSE(contains(said, "not compared"));
}

TEST_CASE("sqlite backup: a user_version that may be in a log nobody has open is not compared, as the message says") {
  backed_up world;
  world.app.run("PRAGMA user_version = 6");
  world.app.crash();
  const auto said = world.said();
  CHECK(contains(said, "pass idle: "));
  CHECK(contains(said, ", user_version of the backup not compared: that of the database may be in the log"));
}
