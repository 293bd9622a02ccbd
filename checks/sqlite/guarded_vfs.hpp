// The file layer SQLite gets inside telltale: it can read and lock, but not create, write, cut or delete.
#pragma once

#include <cstdint>
#include <optional>

namespace telltale::sqlite {

/// Registers the layer once per process and returns its name, for `vfs=` in a database URI. It stands on SQLite's unix
/// VFS (https://sqlite.org/vfs.html) and refuses, whatever SQL or SQLite's own housekeeping asks for:
///  - creating a file: -wal and -shm are used when they exist, else opening fails with SQLITE_CANTOPEN;
///  - writing to or truncating the database, its log or a journal (no checkpoint, no rollback of a hot journal);
///  - deleting a file (SQLite deletes a -wal whose database is empty, and all of them on a last close).
/// What remains is the bookkeeping of readers and writers in -shm: locks and read marks.
/// Throws std::runtime_error when SQLite has no unix VFS.
const char* guarded_vfs();

/// What the WAL index says that this process's connection has mapped; nothing while it has none. Unlike a look at the
/// file it costs no descriptor, whose end would drop the connection's locks. From any thread, while the connection
/// lives.
struct mapped_log {
  std::uint32_t last_frame = 0;
  std::uint32_t backfilled = 0;
};
std::optional<mapped_log> mapped_index();

/// The release (SQLITE_VERSION_NUMBER, bytes 96 to 99) in the first page that SQLite has read last, from the database
/// or from its log; 0 when it has read none since a database was opened.
std::uint32_t page_one_writer();

/// As root, SQLite gives -wal and -shm to the owner of the database whenever it opens them, and an empty one the
/// database's mode. While one of these exists it does not, in the whole process: the files are the application's. One
/// at a time.
class ownership_kept {
 public:
  ownership_kept();
  ~ownership_kept();
  ownership_kept(const ownership_kept&) = delete;
  ownership_kept& operator=(const ownership_kept&) = delete;
};

}  // namespace telltale::sqlite
