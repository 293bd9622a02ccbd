// Runs the configured query through SQLite and judges its result.
#include "sqlite/query.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "base/words.hpp"
#include "sqlite/cached_result.hpp"
#include "sqlite/newer_schema.hpp"
#include "sqlite/reading.hpp"
#include "sqlite/result_text.hpp"

namespace telltale::sqlite {
namespace {

using std::chrono::milliseconds;

/// An application that opens or closes the database briefly leaves missing or incomplete files.
constexpr milliseconds short_wait{70};
/// A closing application excludes all readers until its log is copied. Other readers wait as long for a lock.
constexpr milliseconds long_wait{250};

/// The result of one attempt to read.
struct attempt {
  query_result got;
  std::optional<explained> problem;  ///< why nothing was read
  milliseconds worth_waiting{0};     ///< total time for retries, when the problem may be transient
};

query_result read_schema_and_query(connection& database, const sqlite_options& options) {
  // SELECT 1 is not sufficient: SQLite evaluates it without reading the file.
  auto schema = run_query(database, "SELECT count(*) FROM sqlite_schema");
  if (schema.error) return {add_writer_release(database, *schema.error), {}};
  return options.query ? run_user_query(database, *options.query) : query_result{};
}

attempt attempt_unreadable(const observation& seen, const sqlite_options& options, std::string_view why) {
  const bool unused = seen.wal_mode() && !seen.live() && !seen.held_exclusively();
  const bool may_pass =
      seen.held_exclusively() || !seen.wal_mode() || (seen.locks.user && !(seen.wal.exists && seen.shm.exists));
  return {{},
          explained{verdict::pass, unused ? reason::idle : reason::locked, std::string(why)},
          options.expect && may_pass ? long_wait : milliseconds(0)};
}

attempt attempt_to_read(const observation& seen, const sqlite_options& options, boot_clock::time_point deadline) {
  if (const auto why = unreadable_reason(seen); !why.empty()) return attempt_unreadable(seen, options, why);
  attempt out;
  const auto error = read_database(seen, deadline, [&](connection& database) {
    out.got = read_schema_and_query(database, options);
    return out.got.error;
  });
  if (!error) return out;
  const auto what = explain_result(*error);
  // Errors of the query itself are configuration errors and are not retried.
  const bool failed =
      what.verdict == verdict::fail && what.reason != reason::timeout && what.reason != reason::mismatch;
  return {{}, what, failed || error->code == SQLITE_BUSY_SNAPSHOT ? short_wait : milliseconds(0)};
}

/// Adds the result; returns whether it is as expected.
bool judge_result(inspection& into, const query_result& got, const sqlite_options& options) {
  const auto& value = got.value;
  if (value)
    if (const auto number = finite_number_in(*value)) into.found.measure("query_value", *number);
  const auto given = value ? fmt::format("'{}'", printable_value(*value)) : std::string("no row");
  if (options.expect) {
    const auto comparable = got.null ? std::nullopt : std::optional<std::string_view>(value);
    if (!value || !options.expect->holds(comparable)) {
      into.found.fail(reason::mismatch, unmet("the query returns " + given, *options.expect));
      return false;
    }
  }
  if (value) into.healthy += ", query returns " + given;
  return true;
}

/// Judges the expectation when the query was not run: by the cached result, or else with a warning.
void judge_cached_result(inspection& into, const expectation& expected, const explained& why,
                         const std::optional<cached_result::known>& last) {
  if (!last) return into.found.warn(why.reason, "not queried: " + why.sentence);
  const auto when = human_duration(last->age) + " ago, and its files are unchanged";
  if (last->as_expected) into.healthy += fmt::format(", query returned the expected '{}' {}", shown(expected), when);
  else
    into.found.fail(reason::mismatch, fmt::format("the query did not return the expected '{}' {}; it cannot be run "
                                                  "now: {}",
                                                  shown(expected), when, why.sentence));
}

void judge_unread(inspection& into, const sqlite_options& options, const explained& why,
                  const std::optional<cached_result::known>& last) {
  if (why.verdict != verdict::pass) into.found.add(why.verdict, why.reason, why.sentence);
  else if (!options.expect) into.healthy += ", not queried: " + why.sentence;
  if (why.reason == reason::idle) into.why = reason::idle;
  if (options.expect && (why.verdict == verdict::pass || (last && !last->as_expected)))
    judge_cached_result(into, *options.expect, why, last);
}

}  // namespace

boot_clock::time_point own_deadline(const probe_context& ctx) {
  return ctx.deadline - std::min<boot_clock::duration>(std::chrono::milliseconds(50), (ctx.deadline - ctx.now) / 10);
}

void query(inspection& into, const sqlite_options& options, probe_context& ctx) {
  if (!into.sound()) return;
  cached_result last(ctx.memory, ctx.now);
  auto seen = into.seen;
  auto tried = attempt_to_read(seen, options, own_deadline(ctx));
  const auto began = boot_clock::now();
  for (milliseconds pause{2}; boot_clock::now() + pause < std::min(began + tried.worth_waiting, own_deadline(ctx));
       pause *= 2) {
    std::this_thread::sleep_for(pause);
    seen = observe(seen.path);
    tried = attempt_to_read(seen, options, own_deadline(ctx));
  }
  if (tried.problem) return judge_unread(into, options, *tried.problem, last.lookup(seen));
  if (!options.query) return;
  const bool as_expected = judge_result(into, tried.got, options);
  if (options.expect && tried.got.cacheable) last.store(seen, as_expected);
  else last.forget();
}

}  // namespace telltale::sqlite
