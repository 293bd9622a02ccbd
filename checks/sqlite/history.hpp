// Compares runs: ages of the write lock and the last commit, and the identity of the files.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <telltale/clock.hpp>
#include <telltale/finding.hpp>
#include <telltale/memory.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Reads and writes the check's state. A run may record several observations.
class history {
 public:
  history(memory& kept, boot_clock::time_point now) : kept_(kept), now_(now) {}

  memory& kept() { return kept_; }

  /// Minimum time for which the write lock has been held without interruption; empty when it is free. A change of
  /// holder or a commit interrupts it, so a busy writer is not reported as stuck.
  std::optional<std::chrono::nanoseconds> writer_held_for(const observation&);

  /// Minimum time since the last commit, counted from the first run that saw the current state.
  std::chrono::nanoseconds last_commit_age(const observation&);

  /// Whether the previous run saw the same index mismatch with the same holder. A single mismatch can also be an
  /// application that is opening the database on a slow disk.
  bool index_mismatch_before(const observation&);

  /// Whether the user of the database is a reader without permission to write the index that a crashed application
  /// left. Such a reader works without the index: the index is still the one that existed while the database was
  /// unused. The reader stays known as such when an application starts to use the index.
  bool reads_without_index(const observation&);

  /// A process that has the index open but lost its lock on the database, although the file is the one that an earlier
  /// run saw in use: it closed another descriptor. Returned until the process ends, closes the database, or any process
  /// has locks.
  std::optional<held_lock> lost_locks(const observation&);

  /// Reports a header that changed without a commit while the log was completely copied: only a checkpoint writes the
  /// file.
  std::optional<finding> overwritten(const observation&);

  /// Reports a file that was deleted or replaced while an application uses it. In WAL mode a replacement fails while
  /// /proc/locks shows a process with a lock on the old file. Where the table did not show the user of the old file, a
  /// replacement fails until the new file is in use or has a commit. It passes when a run saw the old file unused. In
  /// rollback mode no lock is held between transactions, so a replacement is reported once.
  std::optional<finding> replaced(const observation&);

 private:
  std::optional<finding> still_open(const observation&);
  std::optional<finding> replaced_in_wal_mode(const observation&);
  std::optional<finding> replaced_in_rollback_mode(const observation&);

  memory& kept_;
  boot_clock::time_point now_;
};

}  // namespace telltale::sqlite
