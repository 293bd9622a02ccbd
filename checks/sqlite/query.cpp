// Reads through SQLite, leaving no trace where that is possible and none but a read mark where it is not.
#include "sqlite/query.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "sqlite/expectation.hpp"
#include "sqlite/kept_answer.hpp"
#include "sqlite/newer_schema.hpp"
#include "sqlite/reading.hpp"
#include "sqlite/result_text.hpp"

namespace telltale::sqlite {
namespace {

using std::chrono::milliseconds;

/// An application that opens or closes the database makes files vanish, or appear half made: that is over in a moment.
constexpr milliseconds short_wait{30};
/// While it closes, it keeps everybody out until its log is copied. Any reader would wait as long for a lock.
constexpr milliseconds long_wait{250};

/// What one attempt to read came to.
struct attempt {
  answer got;
  std::optional<explained> problem;  ///< why nothing was read
  milliseconds worth_waiting{0};     ///< how long to try again in all, because the problem may pass
};

answer ask_both(connection& database, const sqlite_options& options) {
  // Not SELECT 1, which an SQLite that has not looked at the file yet answers as well.
  auto schema = ask(database, "SELECT count(*) FROM sqlite_schema");
  if (schema.error) return {with_writer(database, *schema.error), {}};
  return options.query ? ask_as_user(database, *options.query) : answer{};
}

attempt attempt_unreadable(const observation& seen, const sqlite_options& options, std::string_view why) {
  const bool unused = seen.wal_mode() && !seen.live() && !seen.held_exclusively();
  const bool may_pass = seen.held_exclusively() || (seen.locks.user && !(seen.wal.exists && seen.shm.exists));
  return {{},
          explained{verdict::pass, unused ? reason::idle : reason::locked, std::string(why)},
          options.expect && may_pass ? long_wait : milliseconds(0)};
}

attempt attempt_to_read(const observation& seen, const sqlite_options& options, boot_clock::time_point deadline) {
  if (const auto why = why_unreadable(seen); !why.empty()) return attempt_unreadable(seen, options, why);
  attempt out;
  const auto error = read_quietly(seen, deadline, [&](connection& database) {
    out.got = ask_both(database, options);
    return out.got.error;
  });
  if (!error) return out;
  const auto what = explain_result(*error);
  // The query itself is configuration and is not repeated.
  const bool failed =
      what.verdict == verdict::fail && what.reason != reason::timeout && what.reason != reason::mismatch;
  return {{}, what, failed || error->code == SQLITE_BUSY_SNAPSHOT ? short_wait : milliseconds(0)};
}

/// Whether the answer is the expected one.
bool judge_answer(inspection& into, const answer& got, const sqlite_options& options) {
  const auto& value = got.value;
  if (value)
    if (const auto number = as_number(*value)) into.found.measure("query_value", *number);
  const auto given = value ? fmt::format("'{}'", shown(*value)) : std::string("no row");
  if (options.expect) {
    const auto wanted = parse_expectation(*options.expect);
    const auto comparable = got.null ? std::nullopt : std::optional<std::string_view>(value);
    if (!value || !wanted || !wanted->holds(comparable)) {
      into.found.fail(reason::mismatch,
                      fmt::format("the query gives {}, expected '{}'", given, shown(*options.expect)));
      return false;
    }
  }
  if (value) into.healthy += ", query gives " + given;
  return true;
}

/// An expectation that nobody looked at is not one that holds, unless the files are those that gave the last answer.
void judge_expectation_unasked(inspection& into, const std::string& expected, const explained& why,
                               const std::optional<kept_answer::known>& last) {
  if (!last) return into.found.warn(why.reason, "not queried: " + why.sentence);
  const auto when = human_duration(last->age) + " ago, and its files are unchanged";
  if (last->as_expected) into.healthy += fmt::format(", query gave the expected '{}' {}", shown(expected), when);
  else
    into.found.fail(reason::mismatch, fmt::format("the query did not give the expected '{}' {}; it cannot be asked "
                                                  "now: {}",
                                                  shown(expected), when, why.sentence));
}

void judge_unread(inspection& into, const sqlite_options& options, const explained& why,
                  const std::optional<kept_answer::known>& last) {
  if (why.verdict != verdict::pass) into.found.add(why.verdict, why.reason, why.sentence);
  else if (!options.expect) into.healthy += ", not queried: " + why.sentence;
  if (why.reason == reason::idle) into.why = reason::idle;
  if (options.expect && (why.verdict == verdict::pass || (last && !last->as_expected)))
    judge_expectation_unasked(into, *options.expect, why, last);
}

}  // namespace

boot_clock::time_point own_deadline(const probe_context& ctx) {
  return ctx.deadline - std::min<boot_clock::duration>(std::chrono::milliseconds(50), (ctx.deadline - ctx.now) / 10);
}

void query(inspection& into, const sqlite_options& options, probe_context& ctx) {
  if (!into.sound()) return;
  kept_answer last(ctx.memory, ctx.now);
  auto seen = into.seen;
  auto tried = attempt_to_read(seen, options, own_deadline(ctx));
  const auto began = boot_clock::now();
  for (milliseconds pause{2}; boot_clock::now() + pause < std::min(began + tried.worth_waiting, own_deadline(ctx));
       pause *= 2) {
    std::this_thread::sleep_for(pause);
    seen = observe(seen.path);
    tried = attempt_to_read(seen, options, own_deadline(ctx));
  }
  if (tried.problem) return judge_unread(into, options, *tried.problem, last.of(seen));
  if (!options.query) return;
  const bool as_expected = judge_answer(into, tried.got, options);
  if (options.expect && tried.got.lasting) last.note(seen, as_expected);
  else last.forget();
}

}  // namespace telltale::sqlite
