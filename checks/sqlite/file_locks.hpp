// Reads the holders of SQLite's locks with F_GETLK, without locking or blocking anything.
#pragma once

#include <sys/types.h>

#include <optional>

namespace telltale::sqlite {

/// A lock held by another process. F_GETLK never reports locks of the calling process.
struct held_lock {
  pid_t pid = 0;           ///< 0 when unknown: the holder lives in another PID namespace, or it is an OFD lock
  bool exclusive = false;  ///< a write lock
  friend bool operator==(const held_lock&, const held_lock&) = default;
};

/// Locks on the database file (https://sqlite.org/lockingv3.html; byte offsets: os.h and os_unix.c, PENDING_BYTE).
struct database_locks {
  std::optional<held_lock> user;      ///< on the 510 shared bytes; in WAL mode every open connection keeps one
  std::optional<held_lock> reserved;  ///< rollback mode: a write transaction is open
  std::optional<held_lock> pending;   ///< rollback mode: a writer waits for readers to finish

  bool exclusive() const { return user && user->exclusive; }
  friend bool operator==(const database_locks&, const database_locks&) = default;
};

/// Locks on the -shm file (https://sqlite.org/walformat.html, section 2.1, "WAL locks": bytes 120 to 127; 128 is
/// os_unix.c's "dead man's switch", which every connection holds as long as it has the file open).
struct shm_locks {
  std::optional<held_lock> connection;    ///< 128
  std::optional<held_lock> writer;        ///< 120
  std::optional<held_lock> checkpointer;  ///< 121
  std::optional<held_lock> recoverer;     ///< 122
  int readers = 0;                        ///< read marks in use, 0 to 5; several readers can share one
  int log_readers = 0;                    ///< those of 124 to 127: readers at mark 0 do not use the log
  friend bool operator==(const shm_locks&, const shm_locks&) = default;
};

/// All throw std::system_error when F_GETLK fails.
database_locks locks_of_database(int fd);
/// Reads only `user`: a database in WAL mode without a journal has no other locks.
database_locks user_of_database(int fd);
shm_locks locks_of_shm(int fd);

}  // namespace telltale::sqlite
