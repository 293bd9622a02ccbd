// Reads through SQLite, leaving no trace where that is possible and none but a read mark where it is not.
#include "sqlite/query.hpp"

#include <fmt/format.h>

#include "sqlite/expectation.hpp"
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

/// An application that opens or closes the database while it is read: what was there a moment ago is gone or not whole.
bool changed_meanwhile(const observation& before) {
  const auto now = observe(before.path);
  return now.live() != before.live() || now.wal.exists != before.wal.exists || now.shm.exists != before.shm.exists ||
         now.shm.facts.inode != before.shm.facts.inode || now.wal.facts.inode != before.wal.facts.inode;
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
  if (schema.error) return schema.error;
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
  const auto error =
      read_quietly(into.seen, own_deadline(ctx), [&](connection& database) { return read(database, into, options); });
  if (!error) return;
  const auto what = explain_result(error->code, error->message);
  if (what.verdict == verdict::fail && what.reason != reason::timeout && changed_meanwhile(into.seen))
    return add(into, options, {verdict::pass, reason::idle, "an application opened or closed it at this moment"});
  add(into, options, what);
}

}  // namespace telltale::sqlite
