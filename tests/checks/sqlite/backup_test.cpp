// Tests checks of backups: presence, age, format, integrity and version.
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
  std::string result() { return probe->result(); }

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

TEST_CASE("sqlite backup: a valid backup passes with measurements") {
  backed_up world;
  set_age(world.at / "app.bak", 1h);
  const auto found = world.probe->run();
  CHECK(found.verdict == verdict::pass);
  CHECK(found.measured("backup_age_seconds").value_or(0) >= 3600);
  CHECK(found.measured("backup_age_seconds").value_or(0) < 3700);
  CHECK(found.measured("backup_bytes").value_or(0) > 300 * 4096);
}

TEST_CASE("sqlite backup: each fault has its reason and message") {
  backed_up world(one(limit_option("max_age", {option("warn", "1d"), option("fail", "2d")})));
  const auto bak = world.at / "app.bak";
  SUBCASE("missing") {
    std::filesystem::remove(bak);
    CHECK(contains(world.result(), "fail missing: app.db: backup " + bak + " does not exist"));
  }
  SUBCASE("old") {
    set_age(bak, 30h);
    CHECK(contains(world.result(), "warn threshold: app.db: backup " + bak + " is over 30 h old"));
    set_age(bak, 50h);
    CHECK(contains(world.result(), "fail threshold: "));
  }
  SUBCASE("from the future") {
    set_age(bak, -50min);
    CHECK(contains(world.result(), "pass ok"));
    set_age(bak, -2h);
    CHECK(contains(world.result(), "warn mismatch: app.db: backup " + bak + " has a modification time in the future"));
  }
  SUBCASE("unfinished") {
    write_file(bak + "-wal", "x");
    CHECK(
        contains(world.result(), "warn mismatch: app.db: backup " + bak + " is not a finished copy: " + bak + "-wal"));
  }
  SUBCASE("not a database") {
    write_file(bak, std::string(4096, 'x'));
    CHECK(contains(world.result(), "fail corrupt: app.db: backup " + bak + " is not an SQLite database"));
  }
  SUBCASE("empty") {
    write_file(bak, "");
    CHECK(contains(world.result(), "fail corrupt: app.db: backup " + bak + " is not an SQLite database"));
  }
  SUBCASE("truncated") {
    std::filesystem::resize_file(bak, 40'960);
    CHECK(contains(world.result(), "is truncated: 40960 of "));
  }
  SUBCASE("a directory") {
    std::filesystem::remove(bak);
    std::filesystem::create_directory(bak);
    CHECK(contains(world.result(), "fail mismatch: app.db: backup " + bak + " is not a regular file"));
  }
  SUBCASE("the database itself") {
    std::filesystem::remove(bak);
    std::filesystem::create_hard_link(world.at / "app.db", bak);
    CHECK(contains(world.result(), "is the database file itself under another name"));
  }
  SUBCASE("behind") {
    world.app.run("PRAGMA user_version = 6; PRAGMA wal_checkpoint(TRUNCATE)");
    CHECK(contains(world.result(), "fail mismatch: app.db: backup " + bak + " has user_version 5, the database 6"));
  }
}

TEST_CASE("sqlite backup: the -wal of a linked backup is looked up beside the link's target") {
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
  SUBCASE("a link with a -wal beside it") {
    fs::remove(bak);
    fs::create_symlink("daily", world.at / "days");
    fs::create_symlink("days/monday", bak);
  }
  write_file(bak + "-wal", "not its log");  // SQLite does not look beside a link
  CHECK(contains(world.result(), "pass ok"));
  for (const auto* suffix : {"-wal", "-journal"}) {
    write_file((world.at / "daily/monday") + suffix, "x");
    CHECK(contains(world.result(), "warn mismatch: app.db: backup " + bak + " is not a finished copy: "));
    CHECK(contains(world.result(), std::string("/daily/monday") + suffix + " is not empty"));
    fs::remove((world.at / "daily/monday") + suffix);
  }
  fs::remove(world.at / "daily/monday");
  CHECK(contains(world.result(), "fail missing: app.db: backup " + bak + " is a symbolic link to something that does"));
}

TEST_CASE("sqlite backup: a newer schema cookie in the database does not make the backup outdated") {
  // VACUUM INTO changes the cookie of the copy, which is why user_version is compared instead.
  backed_up world;
  const auto cookie = [](const std::string& path) { return sqlite::observe_backup(path).header.header.schema_cookie; };
  world.app.run("CREATE TABLE u(x); CREATE TABLE v(x); DROP TABLE u; PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::remove(world.at / "app.bak");
  world.app.run("VACUUM INTO '" + world.at / "app.bak" + "'");
  CHECK(cookie(world.at / "app.bak") != cookie(world.at / "app.db"));
  CHECK(contains(world.result(), "pass ok"));
}

TEST_CASE("sqlite backup: `integrity` reads the whole backup without locks and without creating files") {
  backed_up world(one(option("integrity", "true")));
  const auto before = listing(world.at.path());
  CHECK(described(world.probe->deep_check()) == "pass ok: integrity ok");
  CHECK(listing(world.at.path()) == before);
  CHECK(contains(world.result(), "integrity ok"));

  const int fd = ::open((world.at / "app.bak").c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  const std::string junk(200, '\x55');
  REQUIRE(::pwrite(fd, junk.data(), junk.size(), 4096 * 20) == 200);
  ::close(fd);
  const auto found = world.probe->deep_check();
  CHECK(found.verdict == verdict::fail);
  CHECK(contains(described(found), "fail corrupt: integrity of backup: quick_check reports: "));

  std::filesystem::remove(world.at / "app.bak");
  CHECK(world.probe->deep_check().reason == reason::idle);
}

TEST_CASE("sqlite backup: a backup is outdated when the newer user_version is only in the -wal") {
  backed_up world;
  SUBCASE("at the start of the log") { world.app.run("PRAGMA user_version = 6"); }
  SUBCASE("late in a log whose index has several regions") {
    world.app.run("PRAGMA cache_size = 5");
    for (int i = 0; i < 15; ++i) world.app.run(large_insert);
    world.app.run("PRAGMA user_version = 6");
    world.app.run("INSERT INTO t VALUES (1)");
  }
  SUBCASE("before many other frames") {
    world.app.run("PRAGMA user_version = 6");
    world.app.run("PRAGMA cache_size = 5");
    for (int i = 0; i < 30; ++i) world.app.run("UPDATE t SET x = randomblob(4000)");
  }
  SUBCASE("while a reader prevents its checkpoint") {
    world.app.open(world.at / "app.db", 1);
    world.app.run("BEGIN; SELECT count(*) FROM t", 1);
    world.app.run("PRAGMA user_version = 6");
    world.app.run("PRAGMA wal_checkpoint(PASSIVE)");
  }
  CHECK(contains(world.result(),
                 "fail mismatch: app.db: backup " + world.at / "app.bak" + " has user_version 5, the database 6"));
}

TEST_CASE("sqlite backup: the file's user_version applies when the -wal has no page 1") {
  backed_up world;
  world.app.run("UPDATE t SET x = 2 WHERE rowid = 1");
  const auto result = world.result();
  CHECK(contains(result, "pass ok"));
  CHECK_FALSE(contains(result, "not compared"));
}

TEST_CASE("sqlite backup: user_version is not compared when it may be in an unused -wal, and the message says so") {
  backed_up world;
  world.app.run("PRAGMA user_version = 6");
  world.app.crash();
  const auto result = world.result();
  CHECK(contains(result, "pass idle: "));
  CHECK(contains(result, ", user_version of the backup not compared: that of the database may be in the log"));
}
