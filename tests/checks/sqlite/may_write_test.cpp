// Tests permissions that SQLite needs to write: on directories and leftover side files, per user.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "sqlite/inspect.hpp"
#include "sqlite/write.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

constexpr uid_t other_user = 65533;

bool is_root() {
  if (::geteuid() == 0) return true;
  MESSAGE("skipped: needs root to give files to other users");
  return false;
}

std::string written(const std::string& path) {
  std::vector<raw_member> options;
  options.push_back(option("mode", "write"));
  options.push_back(option("expect_wal", "ignore"));
  return sqlite_probe(path, std::move(options)).result();
}

/// A database, its directory and its side files, each with an owner and a mode.
struct site {
  site() { own("", nobody, 0755); }
  void own(const std::string& name, uid_t owner, mode_t mode) const {
    const auto path = name.empty() ? at.path() : at / name;
    REQUIRE(::chown(path.c_str(), owner, owner) == 0);
    REQUIRE(::chmod(path.c_str(), mode) == 0);
  }
  /// As the owner of the database, which is also the application's user.
  std::string said_to_owner() const {
    return as_nobody([&] { return written(at / "app.db"); });
  }

  temp_folder at;
};

/// Closed in WAL mode, without side files, owned by `nobody`.
struct closed_site : site {
  closed_site() {
    application app("", nobody);
    make_wal_database(app, at / "app.db");
    app.close();
    REQUIRE_FALSE(fs::exists(at / "app.db-wal"));
  }
};

/// In WAL mode after a crash.
struct crashed_site : site {
  crashed_site() {
    application app("", nobody);
    make_wal_database(app, at / "app.db");
    app.crash();
    REQUIRE(fs::exists(at / "app.db-wal"));
    REQUIRE(fs::exists(at / "app.db-shm"));
  }
};

}  // namespace

TEST_CASE("sqlite may write: a directory in which SQLite cannot create its files is read-only before any write") {
  if (!is_root()) return;
  const closed_site world;
  CHECK(contains(world.said_to_owner(), "pass idle"));
  world.own("", 0, 0755);
  CHECK(world.said_to_owner() ==
        fmt::format("fail readonly: app.db: SQLite cannot create app.db-wal: {} belongs to uid 0, has mode 0755 and "
                    "cannot be written by uid 65534",
                    world.at.path()));
  world.own("", nobody, 0555);
  CHECK(contains(world.said_to_owner(), "fail readonly: app.db: SQLite cannot create app.db-wal"));
  world.own("", 0, 0777);
  CHECK(contains(world.said_to_owner(), "pass idle"));
}

TEST_CASE("sqlite may write: a leftover side file that cannot be written is read-only, and is named") {
  if (!is_root()) return;
  for (const std::string name : {"app.db-wal", "app.db-shm"}) {
    CAPTURE(name);
    const crashed_site world;
    CHECK(contains(world.said_to_owner(), "pass idle"));
    world.own(name, 0, 0644);
    CHECK(world.said_to_owner() ==
          fmt::format("fail readonly: app.db: {} belongs to uid 0, has mode 0644 and cannot be written by uid 65534",
                      name));
    world.own(name, 0, 0666);
    CHECK(contains(world.said_to_owner(), "pass idle"));
  }
}

TEST_CASE("sqlite may write: a writable directory is needed only when a side file is missing") {
  if (!is_root()) return;
  const crashed_site world;
  world.own("", 0, 0755);
  CHECK(contains(world.said_to_owner(), "pass idle"));
  fs::remove(world.at / "app.db-shm");
  CHECK(contains(world.said_to_owner(), "fail readonly: app.db: SQLite cannot create app.db-shm"));
}

TEST_CASE("sqlite may write: an application with open files needs no writable directory") {
  if (!is_root()) return;
  const site world;
  application app("", nobody);
  make_wal_database(app, world.at / "app.db");
  world.own("", 0, 0755);
  CHECK(contains(world.said_to_owner(), ", writable"));
  app.run("INSERT INTO t VALUES (2)");
  app.run("PRAGMA locking_mode = EXCLUSIVE; INSERT INTO t VALUES (3)");
  CHECK(contains(world.said_to_owner(), "pass ok"));
}

TEST_CASE("sqlite may write: rollback mode needs a writable journal or a directory in which to create it") {
  if (!is_root()) return;
  const site world;
  application app("", nobody);
  app.open(world.at / "app.db");
  app.run("CREATE TABLE t(x)");
  CHECK(contains(world.said_to_owner(), ", writable"));
  world.own("", 0, 0755);
  CHECK(contains(world.said_to_owner(), "fail readonly: app.db: SQLite cannot create app.db-journal"));
  world.own("", nobody, 0755);
  app.run("PRAGMA journal_mode = PERSIST; INSERT INTO t VALUES (1)");
  REQUIRE(fs::exists(world.at / "app.db-journal"));
  world.own("", 0, 0755);
  CHECK(contains(world.said_to_owner(), ", writable"));
  app.run("INSERT INTO t VALUES (2)");
  world.own("app.db-journal", 0, 0644);
  CHECK(contains(world.said_to_owner(), "fail readonly: app.db: app.db-journal belongs to uid 0"));
}

TEST_CASE("sqlite may write: the permissions of the database's owner count, not those of the probing user") {
  if (!is_root()) return;
  const auto result = [](const site& world) {
    return in_child([&]() -> std::string {
      if (::setgroups(0, nullptr) != 0 || ::setgid(other_user) != 0 || ::setuid(other_user) != 0) return "not dropped";
      return written(world.at / "app.db");
    });
  };
  const closed_site closed;
  closed.own("app.db", nobody, 0666);
  CHECK(contains(result(closed), "pass idle"));  // the directory is the owner's, who can create files there
  closed.own("", 0, 0755);
  CHECK(contains(result(closed), "fail readonly"));  // nor can the owner
  const crashed_site crashed;
  crashed.own("app.db", nobody, 0666);
  CHECK(contains(result(crashed), "pass idle"));
  crashed.own("app.db-wal", 0, 0644);
  CHECK(contains(result(crashed), "fail readonly: app.db: app.db-wal"));
}

TEST_CASE("sqlite may write: a probe as root warns when the database's owner cannot write") {
  if (!is_root()) return;
  const closed_site closed;
  CHECK(contains(written(closed.at / "app.db"), "pass idle"));
  closed.own("", 0, 0755);
  CHECK(written(closed.at / "app.db") ==
        fmt::format("warn readonly: app.db: SQLite cannot create app.db-wal: {} belongs to uid 0, has mode 0755 and "
                    "cannot be written by uid 65534, the owner of the database",
                    closed.at.path()));
  closed.own("", 0, 0775);  // the owner may belong to the group
  CHECK(contains(written(closed.at / "app.db"), "pass idle"));
  closed.own("", 0, 0755);
  closed.own("app.db", 0, 0644);
  CHECK(contains(written(closed.at / "app.db"), "pass idle"));
  const crashed_site crashed;
  crashed.own("app.db-shm", 0, 0644);
  CHECK(contains(written(crashed.at / "app.db"), "warn readonly: app.db: app.db-shm belongs to uid 0"));
}

TEST_CASE("sqlite may write: a directory on a read-only mount is reported although the database is writable") {
  if (!may_mount()) return;
  const temp_folder at;
  {
    application app;
    make_wal_database(app, at / "app.db");
    app.close();
  }
  const auto result = in_private_mounts([&]() -> std::string {
    const auto* path = at.path().c_str();
    const auto database = at / "app.db";
    // A common mistake: the file is mounted into a container whose root is read-only.
    if (::mount(path, path, nullptr, MS_BIND, nullptr) != 0) return "no bind mount";
    if (::mount(database.c_str(), database.c_str(), nullptr, MS_BIND, nullptr) != 0) return "no bind mount of the file";
    if (::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) return "no remount";
    return written(database);
  });
  CHECK(contains(result, "fail readonly: app.db: SQLite cannot create app.db-wal: "));
  CHECK(contains(result, "is on a read-only file system"));
}

TEST_CASE("sqlite may write: a writer that crashes after the inspection is reported as crashed") {
  const temp_folder at;
  application app(at / "app.db");
  app.run("CREATE TABLE t(x)");
  app.run("PRAGMA cache_size = 5");
  sqlite::sqlite_options options;
  options.path.text = at / "app.db";
  SUBCASE("a rollback journal is accepted") { options.expect_wal = sqlite::wal_expectation::ignore; }
  SUBCASE("a rollback journal warns") {}
  memory kept;
  const auto now = boot_clock::now();
  probe_context ctx{now, now + std::chrono::seconds(2), std::chrono::system_clock::now(), kept};
  auto found = sqlite::inspect(options, ctx);
  REQUIRE(found.sound());
  app.run("BEGIN");
  app.run(large_insert);
  app.crash();
  sqlite::try_write(found, options, ctx);
  const auto result = described(sqlite::finish(std::move(found), options));
  CHECK(contains(result, "warn "));
  CHECK(contains(result, "a writer died in the middle of a transaction"));
  CHECK_FALSE(contains(result, "code 14"));
  const auto journal_mode = result.find("is not in WAL mode");
  CHECK((journal_mode == std::string::npos) == (options.expect_wal == sqlite::wal_expectation::ignore));
  CHECK(result.find("is not in WAL mode", journal_mode == std::string::npos ? 0 : journal_mode + 1) ==
        std::string::npos);
}

TEST_CASE_FIXTURE(database_in_use,
                  "sqlite may write: no write is tried when the application closes after the inspection") {
  sqlite::sqlite_options options;
  options.path.text = at / "app.db";
  memory kept;
  const auto now = boot_clock::now();
  probe_context ctx{now, now + std::chrono::seconds(2), std::chrono::system_clock::now(), kept};
  auto found = sqlite::inspect(options, ctx);
  REQUIRE(found.sound());
  app.close();
  REQUIRE_FALSE(fs::exists(at / "app.db-wal"));
  sqlite::try_write(found, options, ctx);
  const auto result = described(sqlite::finish(std::move(found), options));
  CHECK(contains(result, "pass ok: "));
  CHECK(contains(result, "write not tried: SQLite would have to create or rebuild"));
}
