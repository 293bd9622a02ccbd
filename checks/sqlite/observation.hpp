// Reads the state of a database's files and locks once, without judging it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sqlite/database_header.hpp"
#include "sqlite/file_locks.hpp"
#include "sqlite/file_system.hpp"
#include "sqlite/opened_file.hpp"
#include "sqlite/wal_header.hpp"
#include "sqlite/wal_index.hpp"

namespace telltale::sqlite {

struct observation {
  std::string
      path;  ///< with a symbolic link in the last component resolved, as SQLite does: -wal and -shm are beside it
  file_state database;
  header_result header;
  database_locks locks;  ///< in WAL mode only `user`, unless there is a journal
  file_system fs;        ///< for a network file system only `database` is set

  file_state wal;
  std::optional<wal_header> wal_start;  ///< empty when the file is missing, empty or has no WAL header

  file_state shm;
  shm_locks shm_holders;
  wal_index_result index;  ///< valid only while `live()`: after a crash the file is stale

  /// `locks.user` has no lock on this -shm although other processes have.
  bool user_lacks_index_lock = false;
  /// The file itself is a mount point; set only when `index_mismatch()`.
  bool database_is_mount = false;
  bool shm_is_mount = false;

  std::uint64_t journal_bytes = 0;
  int journal_error = 0;            ///< errno of the first step that failed, ENOENT when there is no journal
  bool journal_has_header = false;  ///< a rollback journal that is neither empty nor zeroed

  bool readable() const { return database.exists && database.error == 0 && database.regular; }
  bool wal_mode() const { return header.fault == header_fault::none && header.header.wal(); }
  /// Some process has the WAL index open.
  bool live() const { return shm_holders.connection.has_value(); }
  /// A process uses the database in WAL mode, but not this WAL index. Only in exclusive mode may the index be in the
  /// application's memory.
  bool index_mismatch() const {
    return wal_mode() && locks.user && !locks.exclusive() && (!live() || user_lacks_index_lock);
  }
  /// locking_mode=EXCLUSIVE (https://sqlite.org/pragma.html#pragma_locking_mode), or the unix-excl VFS. In rollback
  /// mode a transaction that has changed nothing yet looks the same.
  bool held_exclusively() const {
    return header.fault == header_fault::none && locks.exclusive() && (wal_mode() || !journal_has_header);
  }
  bool index_ok() const { return live() && index.state == wal_index_state::ok; }
  /// The holder of a write transaction, if any; unknown in exclusive mode.
  std::optional<held_lock> writer() const;
  /// A journal that the next SQLite to open the database will roll back (https://sqlite.org/lockingv3.html,
  /// section 4.2).
  bool hot_journal() const { return journal_has_header && !locks.reserved && !locks.exclusive(); }
};

/// Reads the files once. Opens nothing for writing, creates nothing, takes no lock and leaves no descriptor open.
/// Throws std::system_error when F_GETLK fails. `encrypted`: see encrypted.hpp.
observation observe(const std::string& path, bool encrypted = false);

}  // namespace telltale::sqlite
