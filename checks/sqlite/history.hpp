// What can only be known by comparing runs: how long, since when, still the same file.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <telltale/clock.hpp>
#include <telltale/memory.hpp>

#include "sqlite/finding.hpp"
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

  /// A database in use without its -shm is broken - or an application is just opening it, which takes long on a slow
  /// disk. True once an earlier run has seen the same holder without it.
  bool index_missing_for_long(const observation&);

  /// The file is the one that a run saw in use: no other was put in its place.
  bool is_file_seen_in_use(const observation&) const;

  /// Whether the file was deleted or swapped behind an application's back. The rule, for WAL mode: a swap is fine when
  /// some run saw the old file unused, or when somebody uses the new one (has it open, or has committed to it).
  /// Otherwise it fails until then, because the application may still be writing to the deleted file.
  /// In rollback mode nobody keeps a lock between transactions, so a swap can only be mentioned once.
  std::optional<finding> replaced(const observation&);

 private:
  std::optional<finding> swapped_in_wal_mode(const observation&);
  std::optional<finding> swapped_in_rollback_mode(const observation&);

  memory& kept_;
  boot_clock::time_point now_;
};

}  // namespace telltale::sqlite
