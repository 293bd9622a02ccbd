// Tests applications that use one database with different -wal and -shm files, and healthy states that look similar.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "sqlite/observation.hpp"

using namespace telltale;
using namespace telltale::testing;
namespace fs = std::filesystem;

namespace {

/// Deletes a large log after a complete checkpoint, as an operator might.
void remove_side_files(application& app, const std::string& path) {
  app.run("PRAGMA wal_checkpoint");
  fs::remove(path + "-wal");
  fs::remove(path + "-shm");
}

/// Opens, writes and closes, like the sqlite3 shell.
void visit(const std::string& path) {
  application shell(path);
  shell.run("INSERT INTO t VALUES (2)");
  shell.close();
}

/// A process that repeats `body` until this object is destroyed.
class repeating {
 public:
  explicit repeating(const std::function<void()>& body) : child_(::fork()) {
    if (child_ != 0) return;
    for (;;) body();
  }
  repeating(const repeating&) = delete;
  repeating& operator=(const repeating&) = delete;
  ~repeating() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_;
};

void open_and_close(const std::string& path, bool keep_files) {
  sqlite3* database = nullptr;
  ::sqlite3_open(path.c_str(), &database);
  ::sqlite3_busy_timeout(database, 1000);
  int on = keep_files ? 1 : 0;
  ::sqlite3_exec(database, "SELECT count(*) FROM t", nullptr, nullptr, nullptr);
  ::sqlite3_file_control(database, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
  ::sqlite3_exec(database, "INSERT INTO t VALUES (1)", nullptr, nullptr, nullptr);
  ::sqlite3_close(database);
}

void lock(int fd, short kind, off_t first, off_t length) {
  struct flock how {};
  how.l_type = kind;
  how.l_whence = SEEK_SET;
  how.l_start = first;
  how.l_len = length;
  ::fcntl(fd, F_SETLK, &how);
}

/// Locks in SQLite's order of opening and closing, on a disk with a slow -shm: 20 times a second.
void open_slowly_and_close(int database, const std::string& shm_path, const std::string& content) {
  lock(database, F_RDLCK, 0x40000002, 510);
  ::usleep(40'000);
  const int shm = ::open(shm_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  lock(shm, F_RDLCK, 128, 1);
  [[maybe_unused]] const auto written = ::pwrite(shm, content.data(), content.size(), 0);
  ::usleep(10'000);
  ::unlink(shm_path.c_str());
  ::close(shm);
  lock(database, F_UNLCK, 0x40000002, 510);
}

/// The first of so many runs whose verdict is not "pass".
std::string first_complaint(sqlite_probe& probe, int runs) {
  for (int i = 0; i < runs; ++i)
    if (const auto found = probe.run(); found.verdict != verdict::pass) return described(found);
  return "";
}

/// Runs `body` in its own mount namespace and as a grandchild: processes with the probe's parent count as workers.
std::string mounted(const std::function<std::string()>& body) {
  return in_private_mounts([&] { return in_child(body); });
}

/// Mounts one file on another; returns a message on failure.
std::string mount_file(const std::string& from, const std::string& to) {
  if (!fs::exists(to)) write_file(to, "");
  return ::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) == 0 ? "" : "no bind mount\n";
}

}  // namespace

TEST_CASE("sqlite split brain: -wal and -shm recreated by a shell are reported as not in use") {
  const temp_folder at;
  const auto path = at / "app.db";
  application app;
  make_wal_database(app, path);
  sqlite_probe probe(path);
  SUBCASE("a run before the fault") { REQUIRE(probe.run().verdict == verdict::pass); }
  SUBCASE("first run after the fault") {}
  remove_side_files(app, path);
  visit(path);
  REQUIRE(fs::exists(path + "-shm"));
  const auto first = probe.result();
  CHECK(contains(first, fmt::format("warn replaced: app.db: app.db-shm is not the one in use by pid {}", app.pid())));
  CHECK(contains(first, "unless an application is opening it now"));
  const auto second = probe.result();
  CHECK(contains(second, fmt::format("fail replaced: app.db: app.db-shm is not the one in use by pid {}", app.pid())));
  CHECK_FALSE(contains(second, "unless"));

  app.crash();
  CHECK(contains(probe.result(), "pass idle"));
}

TEST_CASE("sqlite split brain: it is detected from another PID namespace, like that of another container") {
  const temp_folder at;
  const auto path = at / "app.db";
  application app;
  make_wal_database(app, path);
  remove_side_files(app, path);
  visit(path);
  const auto result = in_child([&]() -> std::string {
    if (::unshare(CLONE_NEWPID) != 0) return "skipped";
    return in_child([&] {
      sqlite_probe probe(path);
      probe.run();
      return probe.result();
    });
  });
  if (result == "skipped") {
    MESSAGE("skipped: a PID namespace needs CAP_SYS_ADMIN");
    return;
  }
  CHECK(contains(result,
                 "fail replaced: app.db: app.db-shm is not the one in use by a process whose pid is not visible"));
}

TEST_CASE("sqlite split brain: it is still reported when a second application uses the new files") {
  const temp_folder at;
  const auto path = at / "app.db";
  application app;
  make_wal_database(app, path);
  sqlite_probe probe(path);
  REQUIRE(probe.run().verdict == verdict::pass);
  remove_side_files(app, path);
  application second(path);
  second.run("INSERT INTO t VALUES (2)");
  CHECK(contains(probe.result(),
                 fmt::format("warn replaced: app.db: app.db-shm is not the one in use by pid {}", app.pid())));
  CHECK(contains(probe.result(),
                 fmt::format("fail replaced: app.db: app.db-shm is not the one in use by pid {}", app.pid())));
  app.crash();
  CHECK(contains(probe.result(), "pass ok"));
}

TEST_CASE("sqlite split brain: a replaced -shm is reported as not in use") {
  const temp_folder at;
  const auto path = at / "app.db";
  application app;
  make_wal_database(app, path);
  sqlite_probe probe(path);
  REQUIRE(probe.run().verdict == verdict::pass);
  fs::copy_file(path + "-shm", at / "copy");
  fs::rename(at / "copy", path + "-shm");
  CHECK(contains(probe.result(), "warn replaced: app.db: app.db-shm is not the one in use"));
  CHECK(contains(probe.result(), "fail replaced: app.db: app.db-shm is not the one in use"));
}

TEST_CASE("sqlite split brain: several applications with the same files pass, in any order of arrival") {
  const temp_folder at;
  const auto path = at / "app.db";
  application first;
  make_wal_database(first, path);
  application second(path);
  second.run("SELECT * FROM t");
  application third(path);
  third.run("SELECT * FROM t");
  sqlite_probe probe(path);
  CHECK(first_complaint(probe, 2) == "");
  // Its locks move to the end of the kernel's lists.
  first.close();
  first.open(path);
  first.run("INSERT INTO t VALUES (2)");
  CHECK(first_complaint(probe, 2) == "");
  second.crash();
  CHECK(first_complaint(probe, 2) == "");
}

TEST_CASE("sqlite split brain: an application that repeatedly opens and closes never fails the check") {
  const temp_folder at;
  const auto path = at / "app.db";
  application app;
  make_wal_database(app, path);
  bool keeps_files = false;
  SUBCASE("alone") { app.close(); }
  SUBCASE("alone, leaving -wal and -shm behind") {
    app.close();
    keeps_files = true;
  }
  SUBCASE("beside a permanent application") {}
  const repeating restless([&] { open_and_close(path, keeps_files); });
  sqlite_probe probe(path);
  CHECK(first_complaint(probe, 1500) == "");
}

TEST_CASE("sqlite split brain: opening and closing twenty times a second on a slow disk never fails the check") {
  const temp_folder at;
  const auto path = at / "app.db";
  application app;
  make_wal_database(app, path);
  const auto index = read_file(path + "-shm");
  app.crash();
  fs::remove(path + "-shm");
  const int database = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  const repeating restless([&] { open_slowly_and_close(database, path + "-shm", index); });
  sqlite_probe probe(path);
  for (int i = 0; i < 20; ++i) {
    while (!sqlite::observe(path).index_mismatch()) continue;
    CHECK(first_complaint(probe, 1) == "");
  }
  ::close(database);
}

TEST_CASE("sqlite split brain: a reader without write access to a leftover index is not a second application") {
  const temp_folder at;
  const auto path = at / "app.db";
  {
    application app;
    make_wal_database(app, path);
    app.crash();
  }
  sqlite_probe probe(path);
  REQUIRE(contains(probe.result(), "pass idle"));
  application reader("file:" + path + "?mode=ro&readonly_shm=1");
  reader.run("BEGIN; SELECT * FROM t");
  const auto seen = sqlite::observe(path);
  REQUIRE(seen.locks.user);
  REQUIRE_FALSE(seen.live());
  CHECK(first_complaint(probe, 3) == "");
  {
    // Between two transactions it has no lock on the index, even after the application has restarted.
    reader.run("COMMIT");
    CHECK(first_complaint(probe, 1) == "");
    application app(path);
    app.run("INSERT INTO t VALUES (2)");
    REQUIRE(sqlite::observe(path).user_lacks_index_lock);
    CHECK(first_complaint(probe, 3) == "");
    app.crash();
    CHECK(first_complaint(probe, 1) == "");
  }
  // A worker of telltale that runs quick_check is a sibling of the probing one.
  CHECK(in_child([&] {
          sqlite_probe fresh(path);
          return first_complaint(fresh, 3);
        }) == "");
}

TEST_CASE("sqlite split brain: a database mounted as a single file is reported while it is in use") {
  if (!may_mount()) return;
  const temp_folder at;
  const auto path = at / "app.db";
  application app;
  make_wal_database(app, path);
  fs::create_directory(at / "mounted");
  const auto result = mounted([&] {
    auto out = mount_file(path, at / "mounted/app.db");
    sqlite_probe probe(at / "mounted/app.db");
    out += probe.result() + "\n";
    app.close();
    return out + probe.result();
  });
  CHECK(contains(result,
                 fmt::format("fail mismatch: app.db: is mounted as a single file and in use by pid {}", app.pid())));
  CHECK(contains(result, "mount the directory"));
  CHECK(contains(result, "\npass idle: "));
}

TEST_CASE("sqlite split brain: three files mounted one by one pass until the application creates new ones") {
  if (!may_mount()) return;
  const temp_folder at;
  const auto path = at / "app.db";
  application app;
  make_wal_database(app, path);
  fs::create_directory(at / "mounted");
  const auto result = mounted([&] {
    std::string out;
    for (const auto* suffix : {"", "-wal", "-shm"}) out += mount_file(path + suffix, at / "mounted/app.db" + suffix);
    sqlite_probe probe(at / "mounted/app.db");
    out += probe.result().substr(0, 8) + "\n";
    app.close();
    out += probe.result().substr(0, 10) + "\n";
    app.open(path);
    app.run("INSERT INTO t VALUES (2)");
    return out + probe.result() + "\n" + probe.result();
  });
  CAPTURE(result);
  CHECK(contains(result, "pass ok:\npass idle:\n"));
  CHECK(contains(result,
                 fmt::format("fail mismatch: app.db: is mounted as a single file and in use by pid {}", app.pid())));
  CHECK_FALSE(contains(result, "replaced"));
}

TEST_CASE("sqlite split brain: a -shm mounted as a single file is reported once it is not the one in use") {
  if (!may_mount()) return;
  const temp_folder at;
  const auto path = at / "app.db";
  application app;
  make_wal_database(app, path);
  write_file(at / "other", std::string(32768, '\0'));
  const auto result = mounted([&] {
    auto out = mount_file(at / "other", path + "-shm");
    sqlite_probe probe(path);
    probe.run();
    return out + probe.result();
  });
  CHECK(contains(
      result,
      fmt::format("fail mismatch: app.db: app.db-shm is mounted as a single file, and not the one in use by pid {}",
                  app.pid())));
  CHECK(contains(result, "mount the directory"));
}
