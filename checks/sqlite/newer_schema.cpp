// Validates the rows of a schema that SQLite cannot parse.
#include "sqlite/newer_schema.hpp"

#include <sqlite3.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sqlite/guarded_vfs.hpp"

namespace telltale::sqlite {
namespace {

constexpr std::string_view malformed = "malformed database schema (";
constexpr const char* unknown_format = "unsupported file format";

/// Larger numbers are not valid releases.
constexpr std::uint32_t first_after_3 = 4'000'000;

/// The DETAIL of "malformed database schema (NAME) - DETAIL".
std::string_view detail_of(std::string_view message) {
  const auto at = message.rfind(") - ");
  return at == std::string_view::npos ? std::string_view() : message.substr(at + 4);
}

/// Details that unknown syntax cannot cause: a missing root page, a row without a statement.
bool only_caused_by_damage(std::string_view detail) {
  return detail.empty() || detail == "orphan index" || detail == "invalid rootpage";
}

/// Bytes that are valid neither in a statement nor in UTF-8.
bool is_invalid_text(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f || c == 0xc0 || c == 0xc1 || c > 0xf4;
}

std::string_view text_of(sqlite3_stmt* row, int column) {
  const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(row, column));
  return text ? std::string_view(text, static_cast<std::size_t>(::sqlite3_column_bytes(row, column)))
              : std::string_view();
}

bool row_is_whole(sqlite3_stmt* row) {
  constexpr std::array<std::string_view, 4> kinds{"table", "index", "view", "trigger"};
  const auto kind = text_of(row, 0);
  if (std::ranges::find(kinds, kind) == kinds.end() || ::sqlite3_column_type(row, 1) != SQLITE_TEXT) return false;
  // Automatic indexes for UNIQUE and PRIMARY KEY have no statement.
  if (::sqlite3_column_type(row, 2) == SQLITE_NULL) return kind == "index";
  const auto statement = text_of(row, 2);
  constexpr std::string_view create = "CREATE ";
  return statement.size() > create.size() && ::strncasecmp(statement.data(), create.data(), create.size()) == 0 &&
         std::ranges::none_of(statement, is_invalid_text);
}

/// Whether every row of the schema is well-formed, even if its statement cannot be parsed.
bool rows_are_whole(connection& database) {
  // Ignores rows that cannot be parsed, which DEFENSIVE forbids. The guarded VFS still rejects every write.
  ::sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  if (database.run("PRAGMA writable_schema = 1")) return false;
  sqlite3_stmt* raw = nullptr;
  int rc = ::sqlite3_prepare_v2(database.handle(), "SELECT type, name, sql FROM sqlite_schema", -1, &raw, nullptr);
  const statement rows(raw);
  while (rc == SQLITE_OK || rc == SQLITE_ROW) {
    rc = ::sqlite3_step(rows.get());
    if (rc == SQLITE_ROW && !row_is_whole(rows.get())) return false;
  }
  return rc == SQLITE_DONE;
}

}  // namespace

sql_error add_writer_release(connection& database, sql_error error) {
  const bool format = error.code == SQLITE_ERROR && error.message == unknown_format;
  const bool schema = error.code == SQLITE_CORRUPT && error.message.starts_with(malformed);
  if (!format && !schema) return error;
  const auto writer = page_one_writer();
  const bool newer = writer > SQLITE_VERSION_NUMBER && writer < first_after_3;
  // No release up to the linked one writes such a format.
  if (format && !newer) error.code = SQLITE_CORRUPT;
  if (!newer || (schema && (only_caused_by_damage(detail_of(error.message)) || !rows_are_whole(database))))
    return error;
  error.newer_writer = writer;
  return error;
}

}  // namespace telltale::sqlite
