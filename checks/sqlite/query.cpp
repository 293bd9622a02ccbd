// Reads through SQLite, leaving no trace where that is possible and none but a read mark where it is not.
#include "sqlite/query.hpp"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "sqlite/expectation.hpp"
#include "sqlite/newer_schema.hpp"
#include "sqlite/reading.hpp"
#include "sqlite/result_text.hpp"

namespace telltale::sqlite {
namespace {

void add(inspection& into, const sqlite_options& options, const explained& what) {
  if (what.verdict != verdict::pass) return into.found.add(what.verdict, what.reason, what.sentence);
  // An expectation that nobody looked at is not one that holds; without an application there is nothing to expect.
  if (options.expect && what.reason != reason::idle)
    return into.found.warn(what.reason, "not queried: " + what.sentence);
  into.healthy += ", not queried: " + what.sentence;
  if (what.reason == reason::idle) into.why = reason::idle;
}

/// An application that opens or closes the database while it is read makes files vanish, or appear half made: what
/// looks like a fault then is none when it is gone a moment later.
constexpr int attempts = 5;
constexpr std::chrono::milliseconds between_attempts{2};

bool may_pass(const explained& what) {
  return what.verdict == verdict::fail && what.reason != reason::timeout && what.reason != reason::mismatch;
}

/// Whether the answer is the expected one. The query itself is configuration and is not repeated.
void judge_answer(inspection& into, const answer& got, const sqlite_options& options) {
  const auto& value = got.value;
  if (value)
    if (const auto number = as_number(*value)) into.found.measure("query_value", *number);
  if (!options.expect) {
    if (value) into.healthy += fmt::format(", query gives '{}'", shown(*value));
    return;
  }
  const auto wanted = parse_expectation(*options.expect);
  const auto comparable = got.null ? std::nullopt : std::optional<std::string_view>(value);
  if (value && wanted && wanted->holds(comparable)) {
    into.healthy += fmt::format(", query gives '{}'", shown(*value));
    return;
  }
  const auto given = value ? fmt::format("'{}'", shown(*value)) : std::string("no row");
  into.found.fail(reason::mismatch, fmt::format("the query gives {}, expected '{}'", given, shown(*options.expect)));
}

std::optional<sql_error> read(connection& database, inspection& into, const sqlite_options& options) {
  // Not SELECT 1, which an SQLite that has not looked at the file yet answers as well.
  auto schema = ask(database, "SELECT count(*) FROM sqlite_schema");
  if (schema.error) return with_writer(database, *schema.error);
  if (!options.query) return std::nullopt;
  auto result = ask_as_user(database, *options.query);
  if (result.error) return result.error;
  judge_answer(into, result, options);
  return std::nullopt;
}

}  // namespace

boot_clock::time_point own_deadline(const probe_context& ctx) {
  return ctx.deadline - std::min<boot_clock::duration>(std::chrono::milliseconds(50), (ctx.deadline - ctx.now) / 10);
}

void query(inspection& into, const sqlite_options& options, probe_context& ctx) {
  if (!into.sound()) return;
  if (const auto why = why_unreadable(into.seen); !why.empty()) {
    const bool unused = into.seen.wal_mode() && !into.seen.live() && !into.seen.held_exclusively();
    return add(into, options, {verdict::pass, unused ? reason::idle : reason::locked, std::string(why)});
  }
  auto seen = into.seen;
  for (int attempt = 1;; ++attempt) {
    const auto error =
        read_quietly(seen, own_deadline(ctx), [&](connection& database) { return read(database, into, options); });
    if (!error) return;
    const auto what = explain_result(*error);
    if (!may_pass(what) || attempt == attempts) return add(into, options, what);
    std::this_thread::sleep_for(between_attempts);
    seen = observe(seen.path);
    if (!why_unreadable(seen).empty())
      return add(into, options, {verdict::pass, reason::idle, "an application opened or closed it at this moment"});
  }
}

}  // namespace telltale::sqlite
