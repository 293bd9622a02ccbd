// Databases that an application closes, locks or damages, for the tests of the types of SQLite.
#pragma once

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"

namespace telltale::testing {

/// In WAL mode with one row in `t`, closed, without side files.
inline void make_closed(const std::string& path) {
  application app;
  make_wal_database(app, path);
  app.close();
  REQUIRE_FALSE(std::filesystem::exists(path + "-wal"));
}

/// An application that repeatedly opens the database, writes and closes it.
class reopening_application {
 public:
  explicit reopening_application(const std::string& path) : child_(::fork()) {
    while (child_ == 0) {
      sqlite3* database = nullptr;
      ::sqlite3_open(path.c_str(), &database);
      ::sqlite3_busy_timeout(database, 1000);
      ::sqlite3_exec(database, "INSERT INTO t VALUES (1); DELETE FROM t WHERE rowid > 1", nullptr, nullptr, nullptr);
      ::sqlite3_close(database);
    }
  }
  reopening_application(const reopening_application&) = delete;
  reopening_application& operator=(const reopening_application&) = delete;
  ~reopening_application() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_;
};

/// Overwrites bytes behind the header; only reading the page can detect it.
inline void damage(const std::string& path, off_t at) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  const std::string junk(200, '\x55');
  REQUIRE(::pwrite(fd, junk.data(), junk.size(), at) == 200);
  ::close(fd);
}

/// Takes the locks of `locking_mode=EXCLUSIVE` at its start and writes nothing.
inline void open_exclusively(application& app, const std::string& path) {
  app.open(path);
  app.run("PRAGMA locking_mode = EXCLUSIVE");
  app.run("SELECT * FROM t");
}

}  // namespace telltale::testing
