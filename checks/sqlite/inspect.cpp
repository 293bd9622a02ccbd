// Looks until what it sees is not just a moment between two steps of a writer.
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

/// Pauses before looking again. A healthy run never gets here; a writer's step takes microseconds.
constexpr std::array pauses{milliseconds(1), milliseconds(3), milliseconds(6)};
/// An application that takes a lock often and gives it back each time may be met with it by every run: a lock is
/// overdue, and locks disagree, only if that is seen in all these looks.
constexpr int looks_at_locks = 20;
constexpr milliseconds between_looks_at_locks{10};

struct look {
  observation seen;
  std::vector<symptom> wrong;
  progress since;

  bool doubtful(doubt least) const {
    return std::ranges::any_of(wrong, [least](const symptom& one) { return one.doubt >= least; });
  }
};

look look_once(const sqlite_options& options, history& past) {
  look out;
  out.seen = observe(options.path.text, options.encrypted);
  if (options.encrypted) assume_journal_mode(out.seen, past.kept());
  out.wrong = judge_files(out.seen, options.expect_wal);
  out.since.writer_held = past.writer_held_for(out.seen);
  return out;
}

look look_until_sure(const sqlite_options& options, probe_context& ctx, history& past) {
  auto out = look_once(options, past);
  for (const auto pause : pauses) {
    if (!(writer_overdue(out.since, options) || out.doubtful(doubt::moment)) ||
        boot_clock::now() + pause >= ctx.deadline)
      break;
    std::this_thread::sleep_for(pause);
    out = look_once(options, past);
  }
  for (int i = 0; i < looks_at_locks && (writer_overdue(out.since, options) || out.doubtful(doubt::locks)); ++i) {
    if (boot_clock::now() + between_looks_at_locks >= ctx.deadline) break;
    std::this_thread::sleep_for(between_looks_at_locks);
    out = look_once(options, past);
  }
  return out;
}

std::string size_of(std::uint64_t count) { return human_bytes(static_cast<double>(count)); }

/// A worker that examines the database.
bool is_held_by_our_own(const std::optional<held_lock>& lock) { return lock && is_our_own(lock->pid); }

/// The user of a disputed index is one that reads without an index, and may.
bool reads_without_index(const observation& seen, history& past) {
  const bool known = past.reads_without_index(seen);
  return seen.disputed() && (known || is_held_by_our_own(seen.locks.user));
}

symptom without_locks(const held_lock& by) {
  return {verdict::warn, reason::locked,
          fmt::format("has lost its locks{}: the application closed another descriptor of the file, and SQLite can no "
                      "longer keep writers apart (howtocorrupt.html, 2.2)",
                      by_whom(by))};
}

/// What one run cannot know: an application that is just opening the database, and one that lost its locks by itself.
void reconsider(look& last, history& past) {
  const auto& seen = last.seen;
  const auto lockless = past.lost_locks(seen);
  if (reads_without_index(seen, past) || lockless)
    std::erase_if(last.wrong, [](const symptom& wrong) { return wrong.doubt >= doubt::locks; });
  if (lockless) last.wrong.push_back(without_locks(*lockless));
  const bool for_long = past.disputed_before(seen);
  for (auto& wrong : last.wrong) {
    if (wrong.doubt != doubt::opening || for_long) continue;
    wrong.verdict = verdict::warn;
    wrong.sentence += ", unless an application is just opening it";
  }
}

/// The sentence of a healthy database says in which state it is.
std::string describe(const observation& seen) {
  const auto size = size_of(seen.database.facts.size);
  if (const auto backlog = backlog_bytes(seen))
    return fmt::format("{} in use, WAL backlog {}", size, size_of(*backlog));
  if (seen.held_exclusively())
    return fmt::format("{} held in locking_mode=EXCLUSIVE{}: only sizes can be seen", size, by_whom(*seen.locks.user));
  if (!seen.wal_mode())
    return size +
           (seen.header.header.mode_known ? " in rollback-journal mode" : " in use, its journal mode is encrypted");
  if (seen.live()) return fmt::format("{} in use", size);
  if (seen.wal.facts.size > 0)
    return fmt::format("{}, no application has it open; a WAL of {} waits for the next one", size,
                       size_of(seen.wal.facts.size));
  return fmt::format("{}, no application has it open", size);
}

}  // namespace

inspection inspect(const sqlite_options& options, probe_context& ctx) {
  history past(ctx.memory, ctx.now);
  auto last = look_until_sure(options, ctx, past);
  reconsider(last, past);
  // Another look, because an application that commits and checkpoints between index and header looks the same.
  if (past.overwritten(last.seen))
    if (auto wrong = past.overwritten(observe(options.path.text, options.encrypted)))
      last.wrong.insert(last.wrong.begin(), symptom{std::move(*wrong)});
  const bool examined_now = options.integrity && is_held_by_our_own(last.seen.locks.user);
  const auto replaced = examined_now ? std::nullopt : past.replaced(last.seen);

  inspection out;
  auto is = [](reason why) { return [why](const finding& wrong) { return wrong.reason == why; }; };
  if (replaced && std::ranges::none_of(last.wrong, is(reason::replaced))) {
    // That it was deleted while in use says more than that it is missing.
    std::erase_if(last.wrong, is(reason::missing));
    out.found.add(*replaced);
  }
  for (auto& wrong : last.wrong) out.found.add(std::move(wrong));
  if (last.seen.readable() && last.seen.header.fault == header_fault::none && last.seen.place.network.empty()) {
    last.since.last_commit = past.last_commit_age(last.seen);
    last.since.log_starved = log_starved(ctx.memory, last.seen, options.wal_log);
    last.since.just_being_copied = just_being_copied(ctx.memory, last.seen, options.wal_backlog);
    judge_limits(last.seen, last.since, options, out.found);
    out.healthy = describe(last.seen);
    if (last.seen.wal_mode() && !last.seen.live() && !last.seen.held_exclusively()) out.why = reason::idle;
  }
  out.seen = std::move(last.seen);
  return out;
}

outcome finish(inspection&& done, const sqlite_options& options) {
  auto out = std::move(done.found).result(std::move(done.healthy), done.why);
  // Sentences of failed system calls begin with the whole path already.
  if (out.message.rfind(done.seen.path, 0) != 0) out.message = file_name(options.path.text) + ": " + out.message;
  return out;
}

}  // namespace telltale::sqlite
