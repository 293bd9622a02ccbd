// An SQLite connection for a probe: guarded, bounded in time, closed before the run ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <telltale/clock.hpp>

#include "sqlite/guarded_vfs.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace telltale::sqlite {

/// SQLite's answer when it is not SQLITE_OK, SQLITE_ROW or SQLITE_DONE.
struct sql_error {
  int code = 0;         ///< extended result code (https://sqlite.org/rescode.html)
  std::string message;  ///< SQLite's own words
  /// The SQLITE_VERSION_NUMBER of a newer release whose schema this one cannot read, else 0 (newer_schema.hpp).
  std::uint32_t newer_writer = 0;
};

enum class access : std::uint8_t {
  /// Maps -shm read-only: leaves no trace at all, but cannot see every state of a log.
  read_without_trace,
  /// Sets a read mark in -shm, as every reader does.
  read,
  /// For files that nobody writes: neither locks nor side files, and a log beside it is not read.
  immutable,
  /// Opens for writing, as a writer does; nothing can be written all the same (guarded_vfs.hpp).
  write,
};

/// Not copyable, not thread-safe. While one exists, this process must not open and close the same database file in any
/// other way: closing it would drop SQLite's POSIX locks (https://sqlite.org/howtocorrupt.html, section 2.2).
class connection {
 public:
  /// Waits at most 250 ms for a lock, and gives up every statement at `deadline` with SQLITE_INTERRUPT.
  connection(const std::string& path, access, boot_clock::time_point deadline);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// What went wrong while opening, if anything. Every other member needs an opened connection.
  const std::optional<sql_error>& failed() const { return failed_; }

  /// Runs one statement of ours to its end and drops its rows.
  std::optional<sql_error> run(const char* sql);
  /// From here on statements may only read: the authorizer refuses everything else (SQLITE_AUTH).
  void allow_reading_only();
  /// Whether one of them has named a function whose value changes by itself, such as of the time, also within a view.
  bool changes_by_itself() const { return changes_by_itself_; }
  sqlite3* handle() const { return handle_; }
  sql_error last_error(int code) const;
  /// SQLite falls back to read-only without saying so when it may not write.
  bool read_only() const;

 private:
  static int past_deadline(void* self);

  ownership_kept untouched_;
  sqlite3* handle_ = nullptr;
  boot_clock::time_point deadline_;
  std::optional<sql_error> failed_;
  bool changes_by_itself_ = false;
};

struct finalizer {
  void operator()(sqlite3_stmt*) const;
};
using statement = std::unique_ptr<sqlite3_stmt, finalizer>;

/// `file:` URI of a path, with everything escaped that a URI gives a meaning to (https://sqlite.org/uri.html).
std::string database_uri(const std::string& path, access);

}  // namespace telltale::sqlite
