// What can only be known by comparing runs: how long, since when, still the same file.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <telltale/clock.hpp>
#include <telltale/finding.hpp>
#include <telltale/memory.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Reads and writes the check's memory. A run may look several times and note each look.
class history {
 public:
  history(memory& kept, boot_clock::time_point now) : kept_(kept), now_(now) {}

  memory& kept() { return kept_; }

  /// How long the write lock has been seen held without a break, at least; nothing when nobody holds it. A change of
  /// holder, or a commit, is a break: a busy writer is not a stuck one.
  std::optional<std::chrono::nanoseconds> writer_held_for(const observation&);

  /// Since when there was no commit, at least: counted from the first run that saw the present state.
  std::chrono::nanoseconds last_commit_age(const observation&);

  /// A database that is in use by another index than this one is broken - or an application is just opening it, which
  /// takes long on a slow disk. True once the run before has seen the same of the same files and the same holder.
  bool disputed_before(const observation&);

  /// Whether the user of a disputed index is a reader that may not write the one that a crashed application left, and
  /// so reads without it: the index is still the one that lay there when nobody used the database. It stays such a
  /// reader when an application takes the index into use.
  bool reads_without_index(const observation&);

  /// The process that has the index open and no lock on the database any more, although the file is the one that a run
  /// saw in use: it closed another descriptor. Known until it is gone, has closed the database, or somebody has locks.
  std::optional<held_lock> lost_locks(const observation&);

  /// The database's header changed although its log was and is copied whole, with no commit between: nothing but a
  /// checkpoint writes the file.
  std::optional<finding> overwritten(const observation&);

  /// Whether the file was deleted or swapped behind an application's back. The rule, for WAL mode: a swap fails as long
  /// as some process has a lock on the old file, and is fine once none has, by the kernel's table of locks. Where the
  /// table did not show the user of the old file, a swap is fine when some run saw the old file unused, or when
  /// somebody uses the new one (has it open, or has committed to it); until then it fails, because the application may
  /// still be writing to the deleted file. In rollback mode nobody keeps a lock between transactions, so a swap can
  /// only be mentioned once.
  std::optional<finding> replaced(const observation&);

 private:
  std::optional<finding> still_open(const observation&);
  std::optional<finding> swapped_in_wal_mode(const observation&);
  std::optional<finding> swapped_in_rollback_mode(const observation&);

  memory& kept_;
  boot_clock::time_point now_;
};

}  // namespace telltale::sqlite
