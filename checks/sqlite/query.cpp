// Reads through SQLite, leaving no trace where that is possible and none but a read mark where it is not.
#include "sqlite/query.hpp"

#include <sqlite3.h>

#include <fmt/format.h>

#include "sqlite/connection.hpp"
#include "sqlite/expectation.hpp"
#include "sqlite/judge_files.hpp"
#include "sqlite/result_text.hpp"

namespace telltale::sqlite {
namespace {

/// A value of the user's data in a message: short, on one line, nothing that a terminal or log would act on.
std::string shown(std::string_view value) {
  std::string out;
  for (const unsigned char c : value.substr(0, 60)) out += c >= 0x20 && c < 0x7f ? static_cast<char>(c) : '?';
  return out + (value.size() > 60 ? "..." : "");
}

void add(inspection& into, const explained& what) {
  if (what.verdict != verdict::pass) return into.found.add(what.verdict, what.reason, what.sentence);
  into.healthy += ", not queried: " + what.sentence;
  if (what.reason == reason::idle) into.why = reason::idle;
}

/// The first value of the first row as text; `none` when there is no row, NULL as "NULL".
struct answer {
  std::optional<sql_error> error;
  std::optional<std::string> value;
};

answer ask(connection& database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  int rc = ::sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &raw, &rest);
  const statement prepared(raw);
  if (rc != SQLITE_OK) return {database.last_error(rc), {}};
  // SQL that does something without an answer, such as REINDEX of nothing, need not trouble the authorizer.
  if (!prepared || ::sqlite3_column_count(prepared.get()) == 0)
    return {sql_error{SQLITE_ERROR, "it gives no value"}, {}};

  // Whatever follows must be white space and comments.
  sqlite3_stmt* second = nullptr;
  rc = ::sqlite3_prepare_v2(database.handle(), rest, -1, &second, nullptr);
  const statement more(second);
  if (rc != SQLITE_OK || more) return {sql_error{SQLITE_ERROR, "it must be one statement"}, {}};

  rc = ::sqlite3_step(prepared.get());
  if (rc == SQLITE_DONE) return {};
  if (rc != SQLITE_ROW) return {database.last_error(rc), {}};
  const auto* text = ::sqlite3_column_text(prepared.get(), 0);
  if (!text) return {{}, "NULL"};
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(prepared.get(), 0));
  return {{}, std::string(reinterpret_cast<const char*>(text), size)};
}

/// Whether the answer is the expected one. The query itself is configuration and is not repeated.
void judge_answer(inspection& into, const std::optional<std::string>& value, const sqlite_options& options) {
  if (value)
    if (const auto number = as_number(*value)) into.found.measure("query_value", *number);
  if (!options.expect) {
    if (value) into.healthy += fmt::format(", query gives '{}'", shown(*value));
    return;
  }
  const auto wanted = parse_expectation(*options.expect);
  if (value && wanted && wanted->holds(*value)) {
    into.healthy += fmt::format(", query gives '{}'", shown(*value));
    return;
  }
  const auto got = value ? fmt::format("'{}'", shown(*value)) : std::string("no row");
  into.found.fail(reason::mismatch, fmt::format("the query gives {}, expected '{}'", got, shown(*options.expect)));
}

std::optional<sql_error> read(inspection& into, const sqlite_options& options, access how,
                              boot_clock::time_point until) {
  connection database(into.seen.path, how, until);
  if (database.failed()) return database.failed();
  // Not SELECT 1, which an SQLite that has not looked at the file yet answers as well.
  auto schema = ask(database, "SELECT count(*) FROM sqlite_schema");
  if (schema.error) return schema.error;
  if (!options.query) return std::nullopt;
  database.allow_reading_only();
  auto result = ask(database, *options.query);
  if (result.error) return result.error;
  judge_answer(into, result.value, options);
  return std::nullopt;
}

}  // namespace

boot_clock::time_point own_deadline(const probe_context& ctx) {
  return ctx.deadline - std::min<boot_clock::duration>(std::chrono::milliseconds(50), (ctx.deadline - ctx.now) / 10);
}

void query(inspection& into, const sqlite_options& options, probe_context& ctx) {
  if (!into.sound()) return;
  if (into.seen.held_exclusively()) {
    into.healthy += ", not queried: nobody else can read in that mode";
    return;
  }
  if (into.seen.wal_mode() && !(into.seen.wal.exists && into.seen.shm.exists))
    return add(into, {verdict::pass, reason::idle, "SQLite would have to create its -wal and -shm files"});

  const auto until = own_deadline(ctx);
  auto error = read(into, options, access::read_without_trace, until);
  // No read mark fits: a reader has to set one, and may while an application is there to have made the index.
  if (error && error->code == SQLITE_READONLY_CANTINIT && into.seen.live())
    error = read(into, options, access::read, until);
  if (error) add(into, explain_result(error->code, error->message));
}

}  // namespace telltale::sqlite
