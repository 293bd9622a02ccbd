// Opening for reading, and asking for one value.
#include "sqlite/reading.hpp"

#include <sqlite3.h>

namespace telltale::sqlite {

std::string_view why_unreadable(const observation& seen) {
  if (seen.held_exclusively()) return "nobody else can read in that mode";
  if (seen.wal_mode() && !(seen.wal.exists && seen.shm.exists))
    return "SQLite would have to create its -wal and -shm files";
  return {};
}

std::optional<sql_error> read_quietly(const observation& seen, boot_clock::time_point deadline,
                                      const std::function<std::optional<sql_error>(connection&)>& use) {
  const auto read = [&](access how) {
    connection database(seen.path, how, deadline);
    return database.failed() ? database.failed() : use(database);
  };
  auto error = read(access::read_without_trace);
  // No read mark fits: a reader has to set one, and may while an application is there to have made the index.
  if (error && error->code == SQLITE_READONLY_CANTINIT && seen.live()) error = read(access::read);
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
  if (!text) return {{}, "NULL"};
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(prepared.get(), 0));
  return {{}, std::string(reinterpret_cast<const char*>(text), size)};
}

}  // namespace telltale::sqlite
