// Looks until what it sees is not just a moment between two steps of a writer.
#include "sqlite/inspect.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "sqlite/encrypted.hpp"
#include "sqlite/history.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite/judge_limits.hpp"

namespace telltale::sqlite {
namespace {

using std::chrono::milliseconds;

/// Pauses before looking again. A healthy run never gets here; a writer's step takes microseconds.
constexpr std::array pauses{milliseconds(1), milliseconds(3), milliseconds(6)};
/// An application that takes the lock often and gives it back each time may be met with it by every run: a lock is
/// overdue only if it is not seen free within all these looks.
constexpr int looks_at_lock = 20;
constexpr milliseconds between_looks_at_lock{10};

struct look {
  observation seen;
  std::vector<finding> wrong;
  ages since;

  bool suspicious(const sqlite_options& options) const {
    return writer_overdue(since, options) || std::ranges::any_of(wrong, &finding::momentary);
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
    if (!out.suspicious(options) || boot_clock::now() + pause >= ctx.deadline) break;
    std::this_thread::sleep_for(pause);
    out = look_once(options, past);
  }
  for (int i = 0; i < looks_at_lock && writer_overdue(out.since, options); ++i) {
    if (boot_clock::now() + between_looks_at_lock >= ctx.deadline) break;
    std::this_thread::sleep_for(between_looks_at_lock);
    out = look_once(options, past);
  }
  return out;
}

std::string size_of(std::uint64_t count) { return human_bytes(static_cast<double>(count)); }

/// What one run cannot know: an application that is just opening the database, and one that lost its locks by itself.
void reconsider(look& last, history& past) {
  const auto& seen = last.seen;
  const bool for_long = past.index_missing_for_long(seen);
  const bool lost_locks = seen.live() && !seen.locks.user && past.is_file_seen_in_use(seen);
  for (auto& wrong : last.wrong) {
    if (wrong.reason != reason::replaced) continue;
    if (seen.locks.user && !seen.shm.exists && !for_long) {
      wrong.verdict = verdict::warn;
      wrong.sentence += ", unless an application is just opening it";
    } else if (lost_locks) {
      wrong = {
          verdict::warn, reason::locked,
          fmt::format("has lost its locks{}: the application closed another descriptor of the file, and SQLite can "
                      "no longer keep writers apart (howtocorrupt.html, 2.2)",
                      by_whom(*seen.shm_holders.connection)),
          false};
    }
  }
}

/// A worker beside this one, which examines the database: it uses the database in no sense that counts.
bool is_our_own(const std::optional<held_lock>& lock) {
  if (!lock || lock->pid <= 0) return false;
  const support::descriptor file(::open(fmt::format("/proc/{}/stat", lock->pid).c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text{};
  const auto n = ::read(file.get(), text.data(), text.size() - 1);
  if (n <= 0) return false;
  // "4711 (name) S PARENT ...": the name may hold anything, also a parenthesis.
  const auto* behind_name = std::strrchr(text.data(), ')');
  return behind_name && std::strlen(behind_name) > 4 && std::atoi(behind_name + 4) == ::getppid();
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
  const bool examined_now = options.integrity && is_our_own(last.seen.locks.user);
  const auto replaced = examined_now ? std::nullopt : past.replaced(last.seen);

  inspection out;
  auto is = [](reason why) { return [why](const finding& wrong) { return wrong.reason == why; }; };
  if (replaced && std::ranges::none_of(last.wrong, is(reason::replaced))) {
    // That it was deleted while in use says more than that it is missing.
    std::erase_if(last.wrong, is(reason::missing));
    out.found.add(replaced->verdict, replaced->reason, replaced->sentence);
  }
  for (auto& wrong : last.wrong) out.found.add(wrong.verdict, wrong.reason, std::move(wrong.sentence));
  if (last.seen.readable() && last.seen.header.fault == header_fault::none && last.seen.place.network.empty()) {
    last.since.last_commit = past.last_commit_age(last.seen);
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
