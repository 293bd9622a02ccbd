// Repeats the observation until transient states of a writer are excluded.
#include "sqlite/inspect.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include <fmt/format.h>

#include "sqlite/backlog.hpp"
#include "sqlite/encrypted.hpp"
#include "sqlite/history.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite/judge_limits.hpp"
#include "sqlite/own_workers.hpp"
#include "sqlite/starvation.hpp"

namespace telltale::sqlite {
namespace {

using std::chrono::milliseconds;

/// Pauses between repeated observations, which a healthy run does not need; a step of a writer takes microseconds.
constexpr std::array pauses{milliseconds(1), milliseconds(3), milliseconds(6)};
/// An application that locks often can hold a lock in every run. A lock is overdue, or an index mismatched, only when
/// all these observations show it.
constexpr int lock_observations = 20;
constexpr milliseconds between_lock_observations{10};

struct observed_files {
  observation seen;
  std::vector<preliminary_finding> wrong;
  progress since;

  bool possibly_remote(ambiguity least) const {
    return std::ranges::any_of(wrong, [least](const preliminary_finding& one) { return one.ambiguity >= least; });
  }
};

observed_files observe_once(const sqlite_options& options, history& past) {
  observed_files out;
  out.seen = observe(options.path.text, options.encrypted);
  if (options.encrypted) assume_journal_mode(out.seen, past.kept());
  out.wrong = judge_files(out.seen, options.expect_wal);
  out.since.writer_held = past.writer_held_for(out.seen);
  return out;
}

observed_files observe_until_stable(const sqlite_options& options, probe_context& ctx, history& past) {
  auto out = observe_once(options, past);
  for (const auto pause : pauses) {
    if (!(writer_overdue(out.since, options) || out.possibly_remote(ambiguity::moment)) ||
        boot_clock::now() + pause >= ctx.deadline)
      break;
    std::this_thread::sleep_for(pause);
    out = observe_once(options, past);
  }
  for (int i = 0;
       i < lock_observations && (writer_overdue(out.since, options) || out.possibly_remote(ambiguity::locks)); ++i) {
    if (boot_clock::now() + between_lock_observations >= ctx.deadline) break;
    std::this_thread::sleep_for(between_lock_observations);
    out = observe_once(options, past);
  }
  return out;
}

std::string size_of(std::uint64_t count) { return human_bytes(static_cast<double>(count)); }

/// Whether the holder is one of telltale's workers, which runs quick_check.
bool is_held_by_own_worker(const std::optional<held_lock>& lock) { return lock && is_own_worker(lock->pid); }

/// Whether the user of a mismatched index is a reader that works without the index, which is allowed.
bool reads_without_index(const observation& seen, history& past) {
  const bool known = past.reads_without_index(seen);
  return seen.index_mismatch() && (known || is_held_by_own_worker(seen.locks.user));
}

preliminary_finding lost_locks_finding(const held_lock& by) {
  return {verdict::warn, reason::locked,
          fmt::format("has lost its locks{}: the application closed another descriptor of the file, and SQLite can no "
                      "longer serialise writers (howtocorrupt.html, 2.2)",
                      by_whom(by))};
}

/// Applies earlier runs: an application may be opening the database, or may have lost its locks by itself.
void apply_history(observed_files& last, history& past) {
  const auto& seen = last.seen;
  const auto lockless = past.lost_locks(seen);
  if (reads_without_index(seen, past) || lockless)
    std::erase_if(last.wrong, [](const preliminary_finding& wrong) { return wrong.ambiguity >= ambiguity::locks; });
  if (lockless) last.wrong.push_back(lost_locks_finding(*lockless));
  const bool for_long = past.index_mismatch_before(seen);
  for (auto& wrong : last.wrong) {
    if (wrong.ambiguity != ambiguity::opening || for_long) continue;
    wrong.verdict = verdict::warn;
    wrong.sentence += ", unless an application is opening it now";
  }
}

/// The message for a healthy database: its size and state.
std::string describe(const observation& seen) {
  const auto size = size_of(seen.database.facts.size);
  if (const auto backlog = backlog_bytes(seen))
    return fmt::format("{} in use, WAL backlog {}", size, size_of(*backlog));
  if (seen.held_exclusively())
    return fmt::format("{} held in locking_mode=EXCLUSIVE{}: only sizes are visible", size, by_whom(*seen.locks.user));
  if (!seen.wal_mode())
    return size +
           (seen.header.header.mode_known ? " in rollback-journal mode" : " in use, its journal mode is encrypted");
  if (seen.live()) return fmt::format("{} in use", size);
  if (seen.wal.facts.size > 0)
    return fmt::format("{}, no application has it open; a WAL of {} is left for the next one", size,
                       size_of(seen.wal.facts.size));
  return fmt::format("{}, no application has it open", size);
}

}  // namespace

inspection inspect(const sqlite_options& options, probe_context& ctx) {
  history past(ctx.memory, ctx.now);
  auto last = observe_until_stable(options, ctx, past);
  apply_history(last, past);
  // Observe again: an application that commits and checkpoints between the two reads looks the same.
  if (past.overwritten(last.seen))
    if (auto wrong = past.overwritten(observe(options.path.text, options.encrypted)))
      last.wrong.insert(last.wrong.begin(), preliminary_finding{std::move(*wrong)});
  const bool quick_check_runs = is_held_by_own_worker(last.seen.locks.user);
  const auto replaced = quick_check_runs ? std::nullopt : past.replaced(last.seen);

  inspection out;
  auto is = [](reason why) { return [why](const finding& wrong) { return wrong.reason == why; }; };
  if (replaced && std::ranges::none_of(last.wrong, is(reason::replaced))) {
    // "Deleted while in use" is more specific than "missing".
    std::erase_if(last.wrong, is(reason::missing));
    out.found.add(*replaced);
  }
  for (auto& wrong : last.wrong) out.found.add(std::move(wrong));
  if (last.seen.readable() && last.seen.header.fault == header_fault::none && last.seen.fs.network.empty()) {
    last.since.last_commit = past.last_commit_age(last.seen);
    last.since.log_starved = log_starved(ctx.memory, last.seen, options.wal_log);
    last.since.backlog_being_copied = backlog_being_copied(ctx.memory, last.seen, options.wal_backlog);
    judge_limits(last.seen, last.since, options, out.found);
    out.healthy = describe(last.seen);
    if (last.seen.wal_mode() && !last.seen.live() && !last.seen.held_exclusively()) out.why = reason::idle;
  }
  out.seen = std::move(last.seen);
  return out;
}

outcome finish(inspection&& done, const sqlite_options& options) {
  auto out = std::move(done.found).result(std::move(done.healthy), done.why);
  // Messages of failed system calls already start with the path.
  if (out.message.rfind(done.seen.path, 0) != 0) out.message = file_name(options.path.text) + ": " + out.message;
  return out;
}

}  // namespace telltale::sqlite
