// Judges sizes, backlog, log and ages.
#include "sqlite/judge_limits.hpp"

#include <telltale/clock.hpp>

#include "sqlite/judge_files.hpp"

namespace telltale::sqlite {
namespace {

using std::chrono::nanoseconds;

/// Whether a connection reads that neither writes nor runs a checkpoint. A writer holds or shares one mark, and a
/// checkpoint holds mark 0.
bool others_read(const shm_locks& holders) {
  return (holders.checkpointer ? holders.log_readers : holders.readers) > (holders.writer ? 1 : 0);
}

/// The most likely cause, when it is visible.
std::string_view backlog_hint(const shm_locks& holders) {
  if (others_read(holders)) return ": a reader blocks checkpoints";
  if (holders.checkpointer) return ": a checkpoint is running";
  if (holders.writer) return ": a transaction is being written";
  return ": checkpoints do not keep up";
}

std::string_view starvation_hint(const observation& seen) {
  if (seen.shm_holders.readers > 0) return ": never restarted, because a reader is active at every commit";
  return ": never restarted, because checkpoints do not catch up with the writers";
}

}  // namespace

std::optional<std::uint64_t> backlog_bytes(const observation& seen) {
  if (!seen.index_ok()) return std::nullopt;
  return std::uint64_t{seen.index.index.backlog_frames()} * seen.index.index.page_size;
}

bool writer_overdue(const progress& since, const sqlite_options& options) {
  return since.writer_held && judge(*since.writer_held, options.writer_lock) != verdict::pass;
}

void measure(const observation& seen, const progress& since, findings& found) {
  found.measure("database_bytes", static_cast<double>(seen.database.facts.size));
  found.measure("wal_bytes", static_cast<double>(seen.wal.facts.size));
  if (const auto backlog = backlog_bytes(seen)) found.measure("wal_backlog_bytes", static_cast<double>(*backlog));
  if (seen.index_ok()) found.measure("wal_log_bytes", static_cast<double>(seen.index.index.log_bytes()));
  const auto pages =
      seen.index_ok() && seen.index.index.page_count ? seen.index.index.page_count : seen.header.header.page_count;
  if (pages > 0 || !seen.header.header.encrypted) found.measure("page_count", pages);
  if (!seen.held_exclusively()) {
    // In exclusive mode no lock is taken per transaction, so these values are unknown.
    found.measure("writer_lock_held_seconds", to_seconds(since.writer_held.value_or(nanoseconds(0))));
    if (seen.wal_mode()) found.measure("readers", seen.shm_holders.readers);
  }
  if (since.last_commit) found.measure("last_commit_age_seconds", to_seconds(*since.last_commit));
}

void judge_limits(const observation& seen, const progress& since, const sqlite_options& options, findings& found) {
  measure(seen, since, found);
  if (since.writer_held) {
    const auto by = seen.writer() ? by_whom(*seen.writer()) : "";
    found.judge("writer lock held for", *since.writer_held, options.writer_lock, {.why = reason::locked, .after = by});
  }
  if (const auto backlog = backlog_bytes(seen))
    found.judge(
        "WAL backlog", bytes{*backlog}, options.wal_backlog,
        {.hint = backlog_hint(seen.shm_holders), .worst = since.backlog_being_copied ? verdict::warn : verdict::fail});
  if (since.log_starved)
    found.judge("WAL log", bytes{seen.index.index.log_bytes()}, options.wal_log, {.hint = starvation_hint(seen)});
  found.judge("WAL file", bytes{seen.wal.facts.size}, options.wal_size);
  found.judge("database", bytes{seen.database.facts.size}, options.database_size);
  if (since.last_commit) found.judge("no commit for", *since.last_commit, options.last_commit_age);
}

}  // namespace telltale::sqlite
