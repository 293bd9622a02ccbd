// An SQLite connection for one probe, with limits on time and memory, over the guarded VFS.
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

/// A result of SQLite other than SQLITE_OK, SQLITE_ROW and SQLITE_DONE.
struct sql_error {
  int code = 0;         ///< extended result code (https://sqlite.org/rescode.html)
  std::string message;  ///< SQLite's own text
  /// The SQLITE_VERSION_NUMBER of a newer release whose schema this one cannot read, else 0 (newer_schema.hpp).
  std::uint32_t newer_writer = 0;
};

enum class access : std::uint8_t {
  /// Maps -shm read-only: modifies nothing, but cannot read every state of a log.
  read_without_trace,
  /// Sets a read mark in -shm, as every reader does.
  read,
  /// For files without a writer: uses neither locks nor side files, and does not read a log beside the file.
  immutable,
  /// Opens for writing, as a writer does. The guarded VFS still rejects every write.
  write,
};

/// Not copyable, not thread-safe. While one exists, this process must not open and close the same database file in any
/// other way: closing it would drop SQLite's POSIX locks (https://sqlite.org/howtocorrupt.html, section 2.2).
class connection {
 public:
  /// Waits at most 250 ms for a lock, and interrupts every statement at `deadline` with SQLITE_INTERRUPT.
  connection(const std::string& path, access, boot_clock::time_point deadline);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// The error of opening, if any. Every other member needs an opened connection.
  const std::optional<sql_error>& failed() const { return failed_; }

  /// Runs one internal statement to its end and discards its rows.
  std::optional<sql_error> run(const char* sql);
  /// Restricts later statements to reading: the authorizer rejects everything else with SQLITE_AUTH.
  void allow_reading_only();
  /// Whether one of them uses a function of time or randomness, directly or within a view.
  bool nondeterministic() const { return nondeterministic_; }
  sqlite3* handle() const { return handle_; }
  sql_error last_error(int code) const;
  /// SQLite falls back to read-only without an error when it has no permission to write.
  bool read_only() const;

 private:
  static int past_deadline(void* self);

  ownership_guard ownership_guard_;
  sqlite3* handle_ = nullptr;
  boot_clock::time_point deadline_;
  std::optional<sql_error> failed_;
  bool nondeterministic_ = false;
};

struct finalizer {
  void operator()(sqlite3_stmt*) const;
};
using statement = std::unique_ptr<sqlite3_stmt, finalizer>;

/// `file:` URI of a path, with special characters escaped (https://sqlite.org/uri.html).
std::string database_uri(const std::string& path, access);

}  // namespace telltale::sqlite
