// Tests paths with no database, another kind of file, an unreadable file or another journal mode.
#include <sys/inotify.h>

#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

TEST_CASE("sqlite: a missing database and a missing directory are reported as missing") {
  const temp_folder at;
  CHECK(sqlite_probe(at / "app.db").result() == "fail missing: " + (at / "app.db") + " does not exist");
  CHECK(sqlite_probe(at / "data/app.db").result() ==
        "fail missing: " + (at / "data/app.db") + " does not exist, nor does the directory " + (at / "data"));
  CHECK_FALSE(fs::exists(at / "app.db"));
}

TEST_CASE("sqlite: files that are not databases are corrupt") {
  const temp_folder at;
  const auto path = at / "app.db";
  write_file(path, "");
  CHECK(sqlite_probe(path).result() ==
        "fail corrupt: app.db: is empty (0 bytes): it was never written, or it was truncated");
  write_file(path, "SQLite format 3");
  CHECK(contains(sqlite_probe(path).result(), "fail corrupt: app.db: has only 15 bytes"));
  std::string noise;
  for (int i = 0; i < 8192; ++i) noise += static_cast<char>(i * 7919 % 251);
  write_file(path, noise);
  CHECK(contains(sqlite_probe(path).result(), "fail corrupt: app.db: is not an SQLite database"));
}

TEST_CASE("sqlite: a rollback journal is a mismatch with the configured severity") {
  const temp_folder at;
  application app(at / "app.db");
  app.run("CREATE TABLE t(x)");
  auto with = [&](const char* expect) {
    std::vector<raw_member> options;
    options.push_back(option("expect_wal", expect));
    return sqlite_probe(at / "app.db", std::move(options)).result();
  };
  CHECK(with("warn") == "warn mismatch: app.db: is not in WAL mode: it uses a rollback journal");
  CHECK(with("fail") == "fail mismatch: app.db: is not in WAL mode: it uses a rollback journal");
  CHECK(with("ignore") == "pass ok: app.db: 8.0 KiB in rollback-journal mode");
}

TEST_CASE("sqlite: a hot journal is reported") {
  const temp_folder at;
  application app(at / "app.db");
  app.run("CREATE TABLE t(x)");
  app.run("PRAGMA cache_size = 5");
  app.run("BEGIN");
  app.run(large_insert);
  std::vector<raw_member> options;
  options.push_back(option("expect_wal", "ignore"));
  sqlite_probe probe(at / "app.db", std::move(options));
  CHECK(probe.run().verdict == verdict::pass);  // an active transaction also has a journal
  app.crash();
  const auto journal = read_file(at / "app.db-journal");
  CHECK(contains(probe.result(), "warn corrupt: app.db: a writer died in the middle of a transaction"));
  CHECK(read_file(at / "app.db-journal") == journal);
}

TEST_CASE("sqlite: a directory or a FIFO at the path is a mismatch and is not opened") {
  const temp_folder at;
  fs::create_directory(at / "app.db");
  CHECK(sqlite_probe(at / "app.db").result() == "fail mismatch: app.db: is a directory, not a database file");
  REQUIRE(::mkfifo((at / "fifo.db").c_str(), 0600) == 0);
  CHECK(sqlite_probe(at / "fifo.db").result() == "fail mismatch: fifo.db: is a FIFO, not a database file");
}

TEST_CASE("sqlite: a FIFO beside the database is not opened") {
  const temp_folder at;
  application app(at / "app.db");
  app.run("PRAGMA journal_mode = WAL; CREATE TABLE t(x)");
  app.close();
  const int events = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  REQUIRE(::inotify_add_watch(events, at.path().c_str(), IN_OPEN) >= 0);
  for (const std::string suffix : {"-shm", "-wal", "-journal"}) {
    REQUIRE(::mkfifo(((at / "app.db") + suffix).c_str(), 0600) == 0);
    sqlite_probe(at / "app.db").run();
  }
  std::array<char, 16384> block{};
  const auto size = ::read(events, block.data(), block.size());
  REQUIRE(size > 0);
  const std::string_view all(block.data(), static_cast<std::size_t>(size));
  CHECK(contains(std::string(all), "app.db"));
  for (const std::string_view suffix : {"-shm", "-wal", "-journal"}) CHECK(all.find(suffix) == std::string_view::npos);
  ::close(events);
}

TEST_CASE("sqlite: a link is followed to the files beside its target") {
  const temp_folder at;
  application app;
  fs::create_directory(at / "data");
  make_wal_database(app, at / "data/app.db");
  fs::create_symlink("data/app.db", at / "link.db");
  CHECK(contains(sqlite_probe(at / "link.db").result(), "pass ok: link.db: 4.0 KiB in use, WAL backlog"));
  fs::remove(at / "link.db");
  fs::create_symlink("nowhere", at / "link.db");
  CHECK(
      contains(sqlite_probe(at / "link.db").result(), "fail missing: " + (at / "link.db") + " is a symbolic link to"));
}

TEST_CASE("sqlite: every page size is read correctly") {
  for (const unsigned size : {512u, 1024u, 2048u, 4096u, 8192u, 16384u, 32768u, 65536u}) {
    CAPTURE(size);
    const temp_folder at;
    application app(at / "app.db");
    app.run(fmt::format("PRAGMA page_size = {}", size));
    app.run("PRAGMA journal_mode = WAL");
    app.run("CREATE TABLE t(x)");
    const auto found = sqlite_probe(at / "app.db").run();
    CHECK(found.verdict == verdict::pass);
    CHECK(found.measured("wal_backlog_bytes") == 2 * size);
    CHECK(found.measured("page_count") == 2);
  }
}

TEST_CASE("sqlite: files without read permission are reported as denied, each by name") {
  const temp_folder at;
  REQUIRE(::chmod(at.path().c_str(), 0755) == 0);
  application app;
  make_wal_database(app, at / "app.db");
  auto without = [&](const std::string& path) {
    const auto before = fs::status(path).permissions();
    fs::permissions(path, fs::perms::none);
    auto result = as_nobody([&] { return sqlite_probe(at / "app.db").result(); });
    fs::permissions(path, before);
    return result;
  };
  fs::permissions(at / "app.db-shm", fs::perms::all);
  const auto result = without(at / "app.db");
  CHECK(contains(result, "fail denied: " + (at / "app.db") + ": permission denied"));
  CHECK(contains(result, fmt::format("; it belongs to uid {} and has mode 0000", ::geteuid())));
  CHECK(contains(without(at / "app.db-shm"), "app.db-shm: permission denied"));
  CHECK(contains(without(at / "app.db-wal"), "app.db-wal: permission denied"));
  CHECK(contains(without(at.path()), "fail denied: " + (at / "app.db") + ": permission denied"));
  CHECK(contains(as_nobody([&] { return sqlite_probe(at / "app.db").result(); }), "pass ok"));
}
