// Tests checks of backups: presence, age, format and version.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "sqlite/copy_file.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

/// An application with a database, a backup of it, and a check of both.
struct backed_up {
  explicit backed_up(std::vector<raw_member> options = {}) {
    make_wal_database(app, at / "app.db");
    app.run("PRAGMA user_version = 5");
    app.run(large_insert);
    app.run("PRAGMA wal_checkpoint(TRUNCATE)");
    app.run("VACUUM INTO '" + at / "app.bak" + "'");
    options.push_back(option("database", at / "app.db"));
    probe.emplace(at / "app.bak", std::move(options), checks::sqlite_backup());
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
  CHECK(found.measured("age_seconds").value_or(0) >= 3600);
  CHECK(found.measured("age_seconds").value_or(0) < 3700);
  CHECK(found.measured("size_bytes").value_or(0) > 300 * 4096);
}

TEST_CASE("sqlite backup: each fault has its reason and message") {
  backed_up world(one(limit_option("age", {option("warn", "1d"), option("fail", "2d")})));
  const auto bak = world.at / "app.bak";
  SUBCASE("missing") {
    std::filesystem::remove(bak);
    CHECK(contains(world.result(), "fail missing: backup " + bak + " does not exist"));
  }
  SUBCASE("old") {
    set_age(bak, 30h);
    CHECK(contains(world.result(), "warn threshold: backup " + bak + " is over 30 h old"));
    set_age(bak, 50h);
    CHECK(contains(world.result(), "fail threshold: "));
  }
  SUBCASE("from the future") {
    set_age(bak, -50min);
    CHECK(contains(world.result(), "pass ok"));
    set_age(bak, -2h);
    CHECK(contains(world.result(), "warn mismatch: backup " + bak + " has a modification time in the future"));
  }
  SUBCASE("unfinished") {
    write_file(bak + "-wal", "x");
    CHECK(contains(world.result(), "warn mismatch: backup " + bak + " is not a finished copy: " + bak + "-wal"));
  }
  SUBCASE("not a database") {
    write_file(bak, std::string(4096, 'x'));
    CHECK(contains(world.result(), "fail corrupt: backup " + bak + " is not an SQLite database"));
  }
  SUBCASE("empty") {
    write_file(bak, "");
    CHECK(contains(world.result(), "fail corrupt: backup " + bak + " is not an SQLite database"));
  }
  SUBCASE("truncated") {
    std::filesystem::resize_file(bak, 40'960);
    CHECK(contains(world.result(), "is truncated: 40960 of "));
  }
  SUBCASE("a directory") {
    std::filesystem::remove(bak);
    std::filesystem::create_directory(bak);
    CHECK(contains(world.result(), "fail mismatch: backup " + bak + " is not a regular file"));
  }
  SUBCASE("the database itself") {
    std::filesystem::remove(bak);
    std::filesystem::create_hard_link(world.at / "app.db", bak);
    CHECK(contains(world.result(), "is the database file itself under another name"));
  }
  SUBCASE("behind") {
    world.app.run("PRAGMA user_version = 6; PRAGMA wal_checkpoint(TRUNCATE)");
    CHECK(contains(world.result(), "fail mismatch: backup " + bak + " has user_version 5, the database 6"));
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
    CHECK(contains(world.result(), "warn mismatch: backup " + bak + " is not a finished copy: "));
    CHECK(contains(world.result(), std::string("/daily/monday") + suffix + " is not empty"));
    fs::remove((world.at / "daily/monday") + suffix);
  }
  fs::remove(world.at / "daily/monday");
  CHECK(contains(world.result(), "fail missing: backup " + bak + " is a symbolic link to something that does"));
}

TEST_CASE("sqlite backup: a newer schema cookie in the database does not make the backup outdated") {
  // VACUUM INTO changes the cookie of the copy, which is why user_version is compared instead.
  backed_up world;
  const auto cookie = [](const std::string& path) { return sqlite::observe_copy(path).header.header.schema_cookie; };
  world.app.run("CREATE TABLE u(x); CREATE TABLE v(x); DROP TABLE u; PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::remove(world.at / "app.bak");
  world.app.run("VACUUM INTO '" + world.at / "app.bak" + "'");
  CHECK(cookie(world.at / "app.bak") != cookie(world.at / "app.db"));
  CHECK(contains(world.result(), "pass ok"));
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
                 "fail mismatch: backup " + world.at / "app.bak" + " has user_version 5, the database 6"));
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
  CHECK(contains(result, "pass ok: "));
  CHECK(contains(result, ", user_version not compared: that of the database may be in the log"));
}

TEST_CASE("sqlite backup: without a database only the file is judged") {
  backed_up world;
  world.app.run("PRAGMA user_version = 6; PRAGMA wal_checkpoint(TRUNCATE)");
  const auto result = sqlite_probe(world.at / "app.bak", {}, checks::sqlite_backup()).result();
  CHECK(contains(result, "pass ok: app.bak: 1.2 MiB"));
  CHECK_FALSE(contains(result, "user_version"));
}

TEST_CASE("sqlite backup: a database that cannot be read is not compared, and the message says so") {
  backed_up world;
  world.app.close();
  SUBCASE("missing") { std::filesystem::remove(world.at / "app.db"); }
  SUBCASE("random bytes") { write_file(world.at / "app.db", std::string(8192, 'x')); }
  CHECK(contains(world.result(), ", user_version not compared: the database cannot be read"));
}
