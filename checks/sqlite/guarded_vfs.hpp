// An SQLite VFS that reads and locks files, and rejects creating, writing, truncating and deleting.
#pragma once

#include <cstdint>
#include <optional>

namespace telltale::sqlite {

/// Registers the VFS once per process and returns its name, for `vfs=` in a database URI. It wraps SQLite's unix VFS
/// (https://sqlite.org/vfs.html) and rejects, for SQL and for SQLite's own maintenance:
///  - creating a file: -wal and -shm are used when they exist, else opening fails with SQLITE_CANTOPEN;
///  - writing to or truncating the database, its log or a journal (no checkpoint, no rollback of a hot journal);
///  - deleting a file (SQLite deletes a -wal whose database is empty, and all of them on a last close).
/// Readers and writers still set locks and read marks in -shm.
/// Throws std::runtime_error when SQLite has no unix VFS.
const char* guarded_vfs();

/// The WAL index that this process's connection has mapped; empty while it has none. Opens no descriptor: closing one
/// would drop the connection's locks. Callable from any thread while the connection exists.
struct mapped_log {
  std::uint32_t last_frame = 0;
  std::uint32_t backfilled = 0;
};
std::optional<mapped_log> mapped_index();

/// The release (SQLITE_VERSION_NUMBER, bytes 96 to 99) in the page 1 that SQLite has read last, from the database or
/// its log; 0 when none was read since a database was opened.
std::uint32_t page_one_writer();

/// Disables SQLite's changes of owner and mode in the whole process while it exists. As root, SQLite otherwise gives
/// -wal and -shm to the owner of the database, and an empty one the database's mode. Only one may exist at a time.
class ownership_guard {
 public:
  ownership_guard();
  ~ownership_guard();
  ownership_guard(const ownership_guard&) = delete;
  ownership_guard& operator=(const ownership_guard&) = delete;
};

}  // namespace telltale::sqlite
