// Everything one look at a database's files saw; plain facts, no judgement.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sqlite/database_header.hpp"
#include "sqlite/file_locks.hpp"
#include "sqlite/file_system.hpp"
#include "sqlite/looked_at.hpp"
#include "sqlite/wal_header.hpp"
#include "sqlite/wal_index.hpp"

namespace telltale::sqlite {

struct observation {
  std::string
      path;  ///< as SQLite names it: symbolic links of the last component resolved, so -wal and -shm are beside it
  file_state database;
  header_result header;
  database_locks locks;  ///< in WAL mode only `user`, unless there is a journal
  file_system place;     ///< when it is a network file system, nothing but `database` was looked at

  file_state wal;
  std::optional<wal_header> wal_start;  ///< nothing when the file is missing, empty or begins otherwise

  file_state shm;
  shm_locks shm_holders;
  wal_index_result index;  ///< believed only while `live()`: after a crash the file is a leftover

  /// `locks.user`, the one that has it open for longest, has no lock on this -shm although others have.
  bool user_elsewhere = false;
  /// The file alone is a mount; only asked where `disputed()`.
  bool database_is_mount = false;
  bool shm_is_mount = false;

  std::uint64_t journal_bytes = 0;
  int journal_error = 0;            ///< errno of the first step that failed, ENOENT when there is no journal
  bool journal_has_header = false;  ///< a rollback journal that is neither empty nor zeroed

  bool readable() const { return database.exists && database.error == 0 && database.regular; }
  bool wal_mode() const { return header.fault == header_fault::none && header.header.wal(); }
  /// Some process has the WAL index open.
  bool live() const { return shm_holders.connection.has_value(); }
  /// Somebody uses the database in WAL mode, and not by this WAL index. In exclusive mode an application may keep it in
  /// its own memory; every other has the file.
  bool disputed() const { return wal_mode() && locks.user && !locks.exclusive() && (!live() || user_elsewhere); }
  /// locking_mode=EXCLUSIVE (https://sqlite.org/pragma.html#pragma_locking_mode), or the unix-excl VFS. In rollback
  /// mode a transaction that has changed nothing yet looks the same.
  bool held_exclusively() const {
    return header.fault == header_fault::none && locks.exclusive() && (wal_mode() || !journal_has_header);
  }
  bool index_ok() const { return live() && index.state == wal_index_state::ok; }
  /// Who has a write transaction open, if anybody. An application in exclusive mode does not say.
  std::optional<held_lock> writer() const;
  /// A journal that the next SQLite to open the database will roll back (https://sqlite.org/lockingv3.html,
  /// section 4.2).
  bool hot_journal() const { return journal_has_header && !locks.reserved && !locks.exclusive(); }
};

/// Looks once. Opens nothing for writing, creates nothing, takes no lock, and has closed everything when it returns.
/// Throws std::system_error when the file system refuses to say who holds locks. `encrypted`: see encrypted.hpp.
observation observe(const std::string& path, bool encrypted = false);

}  // namespace telltale::sqlite
