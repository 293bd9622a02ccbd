// Files deleted, swapped or cut while an application uses them: what a look at names alone would not see.
#include <doctest/doctest.h>

#include "checks/sqlite_fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("sqlite: a truncated database is corrupt") {
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  app.run(large_insert);
  app.close();
  REQUIRE(sqlite_probe(at / "app.db").run().verdict == verdict::pass);
  fs::resize_file(at / "app.db", 64 * 4096);
  CHECK(contains(sqlite_probe(at / "app.db").said(), "fail corrupt: app.db: is truncated: 262144 of "));
}

TEST_CASE("sqlite: a database truncated under a running application is corrupt") {
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  app.run(large_insert);
  app.run("PRAGMA wal_checkpoint(TRUNCATE)");
  fs::resize_file(at / "app.db", 64 * 4096);
  CHECK(contains(sqlite_probe(at / "app.db").said(), "is truncated"));
}

TEST_CASE("sqlite: a database deleted while in use is replaced, with the pid that lost it") {
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  fs::remove(at / "app.db");
  CHECK(sqlite_probe(at / "app.db").said() ==
        fmt::format("fail replaced: app.db: was deleted while in use by pid {}: whatever is written to it now is lost",
                    app.pid()));
}

TEST_CASE("sqlite: a database deleted with all its files is replaced when a run saw it in use, else missing") {
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  sqlite_probe watching(at / "app.db");
  REQUIRE(watching.run().verdict == verdict::pass);
  for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove((at / "app.db") + suffix);
  CHECK(contains(watching.said(), "fail replaced: app.db: was deleted after it was last seen in use"));
  CHECK(sqlite_probe(at / "app.db").run().reason == reason::missing);
}

TEST_CASE("sqlite: a database swapped under its application is replaced, without any memory of it") {
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  fs::copy_file(at / "app.db", at / "backup.db");
  fs::rename(at / "backup.db", at / "app.db");
  sqlite_probe probe(at / "app.db");
  CHECK(contains(probe.said(), fmt::format("fail replaced: app.db: is not the file in use by pid {}", app.pid())));
  probe.later(1h);
  CHECK(probe.run().reason == reason::replaced);
}

TEST_CASE("sqlite: a database swapped with all its files is replaced until an application opens the new one") {
  const temp_folder at;
  application old;
  make_wal_database(old, at / "app.db");
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  {
    application other;
    make_wal_database(other, at / "new.db");
    other.close();
  }
  fs::remove(at / "app.db-wal");
  fs::remove(at / "app.db-shm");
  fs::rename(at / "new.db", at / "app.db");
  CHECK(contains(probe.said(), "fail replaced: app.db: was replaced while in use, and nobody has opened the new file"));
  CHECK(probe.run().reason == reason::replaced);

  application restarted(at / "app.db");
  restarted.run("SELECT * FROM t");
  CHECK(probe.run().verdict == verdict::pass);
  restarted.close();
  CHECK(probe.run().reason == reason::idle);
}

TEST_CASE("sqlite: a database swapped while nobody used it is fine") {
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  sqlite_probe probe(at / "app.db");
  REQUIRE(probe.run().verdict == verdict::pass);
  app.close();
  REQUIRE(probe.run().reason == reason::idle);
  fs::copy_file(at / "app.db", at / "backup.db");
  fs::rename(at / "backup.db", at / "app.db");
  CHECK(probe.run().reason == reason::idle);
}

TEST_CASE("sqlite: -wal or -shm deleted while in use is replaced") {
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  SUBCASE("-wal") {
    fs::remove(at / "app.db-wal");
    CHECK(contains(sqlite_probe(at / "app.db").said(), "fail replaced: app.db: app.db-wal was deleted while in use"));
  }
  SUBCASE("-shm") {
    fs::remove(at / "app.db-shm");
    // An application that is just opening the database looks the same, for as long as the disk makes it wait.
    sqlite_probe probe(at / "app.db");
    const auto first = probe.said();
    CHECK(contains(first, "warn replaced: app.db: app.db-shm was deleted while in use"));
    CHECK(contains(first, "unless an application is just opening it"));
    CHECK(contains(probe.said(), "fail replaced: app.db: app.db-shm was deleted while in use"));
  }
}

TEST_CASE("sqlite: -wal or -shm truncated while in use is corrupt") {
  const temp_folder at;
  application app;
  make_wal_database(app, at / "app.db");
  SUBCASE("-wal") {
    fs::resize_file(at / "app.db-wal", 100);
    CHECK(contains(sqlite_probe(at / "app.db").said(), "fail corrupt: app.db: app.db-wal was truncated while in use"));
  }
  SUBCASE("-shm") {
    fs::resize_file(at / "app.db-shm", 0);
    CHECK(contains(sqlite_probe(at / "app.db").said(), "fail corrupt: app.db: app.db-shm was truncated to 0 bytes"));
  }
}
