// Runs the deep checks of a database and its backup, and adds their outcome to a probe.
#include "sqlite/deep_check.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>

#include <fmt/format.h>

#include <telltale/clock.hpp>
#include <telltale/units.hpp>

#include "sqlite/backup.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite/query.hpp"
#include "sqlite/quick_check.hpp"

namespace telltale::sqlite {
namespace {

/// How far the backlog may grow while checkpoints are blocked: half of the first configured limit.
std::uint64_t max_backlog(const sqlite_options& options) {
  const auto limit = options.wal_backlog.warn ? options.wal_backlog.warn : options.wal_backlog.fail;
  return limit.value_or(bytes{64u << 20}).count / 2;
}

outcome check_database_once(const sqlite_options& options, probe_context& ctx) {
  const auto seen = observe(options.path.text);
  const auto wrong = judge_files(seen, wal_expectation::ignore);
  const auto failure = std::ranges::find(wrong, verdict::fail, &finding::verdict);
  // The probes report these findings; SQLite does not open such files.
  if (failure != wrong.end() || !seen.readable() || seen.hot_journal())
    return outcome::warn(reason::idle, "not examined: its files are not in order");
  return quick_check(seen, max_backlog(options), own_deadline(ctx));
}

/// Retries, because an application that opens or closes the database briefly holds locks or removes files. Damage is
/// final and not retried.
outcome check_database(const sqlite_options& options, probe_context& ctx) {
  constexpr int attempts = 10;
  constexpr std::chrono::milliseconds between_attempts{20};
  auto found = check_database_once(options, ctx);
  for (int attempt = 1; attempt < attempts && boot_clock::now() + between_attempts < own_deadline(ctx); ++attempt) {
    const bool may_pass =
        found.verdict == verdict::fail ? found.reason != reason::corrupt : found.reason == reason::idle;
    if (!may_pass) break;
    std::this_thread::sleep_for(between_attempts);
    found = check_database_once(options, ctx);
  }
  return found;
}

outcome check_backup(const sqlite_options& options, probe_context& ctx) {
  const auto seen = observe_backup(options.backup->path.text);
  if (seen.file.error != 0 || seen.header.fault != header_fault::none || !seen.unfinished.empty())
    return outcome::warn(reason::idle, "not examined: its file is not in order");
  return quick_check_unchanging(seen.path, own_deadline(ctx));
}

/// The worker was killed or crashed, which says nothing about the database.
bool is_inconclusive(const outcome& found) {
  return found.reason == reason::timeout || found.reason == reason::crashed || found.reason == reason::stuck ||
         found.reason == reason::internal;
}

/// Time since the last successful deep check, or else since the first run.
std::chrono::nanoseconds time_since_deep_check(probe_context& ctx) {
  if (ctx.last_deep_check && ctx.last_deep_check->last_pass_age) return *ctx.last_deep_check->last_pass_age;
  constexpr std::string_view first_run = "first_run_ns";
  const auto now = ctx.now.time_since_epoch().count();
  if (const auto since = ctx.memory.get(first_run)) return std::chrono::nanoseconds(now - *since);
  ctx.memory.set(first_run, now);
  return {};
}

}  // namespace

outcome run_deep_check(const sqlite_options& options, probe_context& ctx) {
  findings all;
  const auto add = [&](std::string_view what, const outcome& found) {
    all.add(found.verdict, found.reason, fmt::format("{}: {}", what, found.message));
  };
  if (options.integrity) add("integrity", check_database(options, ctx));
  if (options.checks_whole_backup()) add("integrity of backup", check_backup(options, ctx));
  return std::move(all).result("integrity ok");
}

void judge_deep_check(const sqlite_options& options, probe_context& ctx, inspection& into) {
  const auto& last = ctx.last_deep_check;
  const auto plan = *options.deep_check();
  const auto since = time_since_deep_check(ctx);
  if (last && last->last_pass_age) into.found.measure("integrity_age_seconds", to_seconds(*last->last_pass_age));
  const bool nothing = !last || last->found.verdict == verdict::pass || last->found.reason == reason::idle;
  if (nothing && since > 2 * plan.every + plan.timeout)
    return into.found.warn(
        reason::threshold,
        fmt::format("integrity was not examined for {} (every {}){}", human_duration(since), to_text(plan.every),
                    last && last->found.reason == reason::idle ? ": " + last->found.message : std::string()));
  if (!last) {
    into.healthy += ", integrity not examined yet";
    return;
  }
  const auto& found = last->found;
  const auto when = human_duration(last->age) + " ago";
  if (found.verdict == verdict::pass) into.healthy += fmt::format(", integrity ok {}", when);
  else if (found.reason == reason::idle) into.healthy += ", " + found.message;
  else
    into.found.add(is_inconclusive(found) ? verdict::warn : found.verdict, found.reason,
                   fmt::format("{} ({})", found.message, when));
}

}  // namespace telltale::sqlite
