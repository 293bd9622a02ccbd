// Opening for reading, and asking for one value.
#include "sqlite/reading.hpp"

#include <sqlite3.h>

namespace telltale::sqlite {

namespace {

/// Nobody has it open: whoever reads next rebuilds the index in memory from the whole log, and again with every run.
constexpr std::uint64_t largest_unindexed_log = std::uint64_t{64} << 20;

bool was_written_since(const observation& seen) {
  return !same_content(look_at(seen.path).state.facts, seen.database.facts) ||
         (seen.wal.facts.size > 0 && !same_content(look_at(seen.path + "-wal").state.facts, seen.wal.facts));
}

}  // namespace

bool is_closed(const observation& seen) {
  return seen.wal_mode() && !seen.live() && !seen.locks.user && seen.wal.facts.size == 0;
}

std::string_view why_unreadable(const observation& seen) {
  if (seen.held_exclusively()) return "nobody else can read in that mode";
  if (!seen.wal_mode()) return "in rollback-journal mode a reader keeps writers from committing";
  if (is_closed(seen)) return {};
  if (seen.live() && seen.index.state == wal_index_state::unknown_version)
    return "its WAL index has a version that is not known here";
  if (!seen.live() && seen.wal.facts.size > largest_unindexed_log)
    return "after a crash every reader would have to read a log of this size first";
  if (!(seen.wal.exists && seen.shm.exists)) return "SQLite would have to create its -wal and -shm files";
  return {};
}

std::optional<sql_error> read_quietly(const observation& seen, boot_clock::time_point deadline,
                                      const std::function<std::optional<sql_error>(connection&)>& use) {
  const auto read = [&](access how) {
    connection database(seen.path, how, deadline);
    return database.failed() ? database.failed() : use(database);
  };
  auto error = read(is_closed(seen) ? access::immutable : access::read_without_trace);
  // No read mark fits: a reader has to set one, and may while an application is there to have made the index.
  if (error && error->code == SQLITE_READONLY_CANTINIT && seen.live()) error = read(access::read);
  // Without an index that is in use, no lock keeps an application that begins from copying its log meanwhile.
  if (!seen.live() && was_written_since(seen)) return sql_error{SQLITE_BUSY_SNAPSHOT, "it changed meanwhile"};
  return error;
}

/// A value of the user's data in a message: short, on one line, nothing that a terminal or log would act on.
std::string shown(std::string_view value) {
  std::string out;
  for (const unsigned char c : value.substr(0, 60)) out += c >= 0x20 && c < 0x7f ? static_cast<char>(c) : '?';
  return out + (value.size() > 60 ? "..." : "");
}

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
  if (!text) return {{}, "NULL", true};
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(prepared.get(), 0));
  return {{}, std::string(reinterpret_cast<const char*>(text), size)};
}

answer ask_as_user(connection& database, const std::string& sql) {
  {
    // A virtual table (FTS5, json_each, pragma_table_info) is set up the first time a statement names it, with
    // statements of its own that a user may not run. So the user's is prepared, and not run, once before the authorizer
    // is there.
    sqlite3_stmt* raw = nullptr;
    ::sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &raw, nullptr);
    const statement dropped(raw);
  }
  database.allow_reading_only();
  auto out = ask(database, sql);
  out.lasting = !database.changes_by_itself();
  return out;
}

}  // namespace telltale::sqlite
