// Table of SQLite result codes, from the most specific code to the general one.
#include "sqlite/result_text.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace telltale::sqlite {
namespace {

struct row {
  int code;
  verdict how_bad;
  reason why;
  std::string_view words;
  bool with_message = false;  ///< SQLite's text names a table, a column or an offset
};

// Extended codes first: a primary code also covers its extended codes without a row.
constexpr std::array rows{
    row{SQLITE_BUSY_RECOVERY, verdict::pass, reason::locked, "another process is recovering the WAL after a crash"},
    row{SQLITE_BUSY_SNAPSHOT, verdict::pass, reason::locked, "another connection wrote meanwhile"},
    row{SQLITE_BUSY, verdict::pass, reason::locked, "another connection held its lock for longer than 250 ms"},
    row{SQLITE_LOCKED, verdict::pass, reason::locked, "another connection held its lock for longer than 250 ms"},
    row{SQLITE_CANTOPEN_ISDIR, verdict::fail, reason::mismatch, "is a directory, not a database file"},
    row{SQLITE_CANTOPEN_SYMLINK, verdict::fail, reason::mismatch, "is a symbolic link, which is not followed"},
    row{SQLITE_CANTOPEN, verdict::fail, reason::denied,
        "SQLite cannot open it, or it is a WAL database without its -wal and -shm files on a read-only mount or for a "
        "user without access to them (code 14)"},
    row{SQLITE_CANTOPEN_DIRTYWAL, verdict::pass, reason::idle,
        "the WAL holds commits that need recovery first, which is left to the application"},
    row{SQLITE_CORRUPT_INDEX, verdict::fail, reason::corrupt, "an index does not match its table; REINDEX repairs it"},
    row{SQLITE_CORRUPT, verdict::fail, reason::corrupt, "the database is damaged", true},
    row{SQLITE_NOTADB, verdict::fail, reason::corrupt, "is not an SQLite database, or it is encrypted"},
    row{SQLITE_FORMAT, verdict::fail, reason::corrupt, "the database is damaged", true},
    row{SQLITE_IOERR_NOMEM, verdict::fail, reason::mismatch, "SQLite exceeded its 64 MiB memory limit"},
    row{SQLITE_IOERR_WRITE, verdict::fail, reason::internal, "SQLite tried to write, which a probe does not allow"},
    row{SQLITE_IOERR_TRUNCATE, verdict::fail, reason::internal,
        "SQLite tried to truncate a file, which a probe does not allow"},
    row{SQLITE_IOERR_DELETE, verdict::fail, reason::internal,
        "SQLite tried to delete a file, which a probe does not allow"},
    row{SQLITE_IOERR_ACCESS, verdict::fail, reason::denied, "a file of the database cannot be accessed"},
    row{SQLITE_IOERR_SHORT_READ, verdict::fail, reason::corrupt, "the file ends in the middle of a page"},
    row{SQLITE_IOERR_CORRUPTFS, verdict::fail, reason::corrupt, "the file system below the database is damaged"},
    row{SQLITE_IOERR_LOCK, verdict::fail, reason::internal, "the file system refuses to lock"},
    row{SQLITE_IOERR_RDLOCK, verdict::fail, reason::internal, "the file system refuses to lock"},
    row{SQLITE_IOERR_SHMLOCK, verdict::fail, reason::internal, "the file system refuses to lock -shm"},
    row{SQLITE_IOERR_SHMOPEN, verdict::fail, reason::denied, "-shm cannot be opened"},
    row{SQLITE_IOERR_SHMSIZE, verdict::fail, reason::full, "-shm cannot grow: no space is left"},
    row{SQLITE_IOERR_VNODE, verdict::fail, reason::replaced, "the database file was moved or deleted while in use"},
    row{SQLITE_IOERR_DATA, verdict::fail, reason::corrupt, "a page does not match its checksum"},
    row{SQLITE_IOERR_SHMMAP, verdict::fail, reason::full, "-shm cannot grow: no space is left, or it cannot be mapped"},
    row{SQLITE_IOERR, verdict::fail, reason::corrupt, "the operating system reports an I/O error on the database",
        true},
    row{SQLITE_FULL, verdict::fail, reason::full, "no space is left for the database"},
    row{SQLITE_READONLY_DBMOVED, verdict::fail, reason::replaced,
        "the database file was moved or replaced while in use"},
    row{SQLITE_READONLY_ROLLBACK, verdict::warn, reason::corrupt,
        "a writer died in the middle of a transaction: the next application to open the database rolls it back"},
    row{SQLITE_READONLY_RECOVERY, verdict::pass, reason::idle,
        "the WAL needs recovery, which is left to the application"},
    row{SQLITE_READONLY_CANTINIT, verdict::pass, reason::idle,
        "the WAL index must be built first, which is left to the application"},
    row{SQLITE_READONLY_CANTLOCK, verdict::pass, reason::idle,
        "-shm cannot be locked by this user, and the WAL would have to be recovered first"},
    row{SQLITE_READONLY_DIRECTORY, verdict::fail, reason::readonly, "its directory cannot be written"},
    row{SQLITE_READONLY, verdict::fail, reason::readonly,
        "the database, or its -shm file, cannot be written by this user or on this mount"},
    row{SQLITE_PERM, verdict::fail, reason::denied, "permission denied"},
    row{SQLITE_AUTH, verdict::fail, reason::mismatch, "the configured query is not read-only", true},
    row{SQLITE_INTERRUPT, verdict::fail, reason::timeout, "no result before the deadline"},
    row{SQLITE_ERROR_SNAPSHOT, verdict::pass, reason::locked,
        "the snapshot is no longer available: a checkpoint ran meanwhile"},
    row{SQLITE_ERROR_RETRY, verdict::pass, reason::locked, "the schema changed while it was read"},
    row{SQLITE_ERROR, verdict::fail, reason::mismatch, "the configured query fails", true},
    row{SQLITE_SCHEMA, verdict::pass, reason::locked, "the schema changed while it was read"},
    row{SQLITE_TOOBIG, verdict::fail, reason::mismatch, "the configured query returns too large a value"},
    row{SQLITE_NOMEM, verdict::fail, reason::mismatch, "SQLite exceeded its 64 MiB memory limit"},
    row{SQLITE_PROTOCOL, verdict::warn, reason::locked, "readers and writers blocked each other at the start"},
    row{SQLITE_NOLFS, verdict::fail, reason::mismatch, "the file system cannot hold a file of this size"},
};

const row* find(int code) {
  const auto found = std::ranges::find(rows, code, &row::code);
  return found == rows.end() ? nullptr : &*found;
}

/// "3.47.2" of 3047002.
std::string release(std::uint32_t number) {
  return fmt::format("{}.{}.{}", number / 1'000'000, number / 1000 % 1000, number % 1000);
}

struct advice {
  std::string_view about;  ///< start of SQLite's message
  std::string_view words;
};

constexpr std::string_view unknown_function =
    "; functions of the application, or of an SQLite newer than " SQLITE_VERSION
    ", are not available here: use a query without it";
/// Longer prefixes first.
constexpr std::array advices{
    advice{"no such module: ",
           "; extensions of the application are not loaded here: query a table that does not need it"},
    advice{"unsafe use of virtual table",
           "; views over virtual tables are not allowed here: name the virtual table "
           "itself in the query"},
    advice{"unsafe use of ", "; views cannot use it here: call it in the query itself"},
    advice{"no such function: ", unknown_function},
    advice{"unknown function: ", unknown_function},
    advice{"no such collation sequence: ",
           "; collations of the application are not available here: order and compare by "
           "another one, such as COLLATE BINARY"},
};

}  // namespace

std::string remedy(const std::string& message) {
  for (const auto& [about, words] : advices)
    if (message.starts_with(about)) return std::string(words);
  if (message.ends_with(": syntax error") || message.starts_with("unrecognized token: "))
    return "; it is read by SQLite " SQLITE_VERSION;
  return {};
}

explained explain_result(const sql_error& error) {
  if (error.newer_writer == 0) return explain_result(error.code, error.message);
  return {verdict::warn, reason::mismatch,
          fmt::format("its schema needs a newer SQLite (written by {}, this is {}): {}", release(error.newer_writer),
                      SQLITE_VERSION, error.message)};
}

explained explain_result(int extended_code, const std::string& message) {
  const auto* known = find(extended_code);
  if (!known) known = find(extended_code & 0xff);
  if (!known)
    return {verdict::fail, reason::internal, fmt::format("SQLite returned code {}: {}", extended_code, message)};
  if (!known->with_message) return {known->how_bad, known->why, std::string(known->words)};
  return {known->how_bad, known->why, fmt::format("{}: {}{}", known->words, message, remedy(message))};
}

}  // namespace telltale::sqlite
