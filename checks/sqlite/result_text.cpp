// SQLite result codes in words: a table from the most specific code to the general one.
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
  bool with_message = false;  ///< SQLite's text names a table, a column, a place
};

// Extended codes first: a primary code stands for all of its extended codes that have no row of their own.
constexpr std::array rows{
    row{SQLITE_BUSY_RECOVERY, verdict::pass, reason::locked, "another process is recovering the WAL after a crash"},
    row{SQLITE_BUSY_SNAPSHOT, verdict::pass, reason::locked, "another connection wrote in between"},
    row{SQLITE_BUSY, verdict::pass, reason::locked, "another connection held its lock for longer than 250 ms"},
    row{SQLITE_LOCKED, verdict::pass, reason::locked, "another connection held its lock for longer than 250 ms"},
    row{SQLITE_CANTOPEN_ISDIR, verdict::fail, reason::mismatch, "is a directory, not a database file"},
    row{SQLITE_CANTOPEN_SYMLINK, verdict::fail, reason::mismatch, "is a symbolic link, which was not to be followed"},
    row{SQLITE_CANTOPEN, verdict::fail, reason::denied,
        "SQLite cannot open it, or a WAL database without its -wal and -shm files on a read-only mount or by a user "
        "who "
        "may not use them (code 14)"},
    row{SQLITE_CANTOPEN_DIRTYWAL, verdict::pass, reason::idle,
        "the WAL holds commits that would have to be recovered first, which is left to the application"},
    row{SQLITE_CORRUPT_INDEX, verdict::fail, reason::corrupt, "an index does not match its table; REINDEX repairs it"},
    row{SQLITE_CORRUPT, verdict::fail, reason::corrupt, "the database is damaged", true},
    row{SQLITE_NOTADB, verdict::fail, reason::corrupt, "is not an SQLite database, or it is encrypted"},
    row{SQLITE_FORMAT, verdict::fail, reason::corrupt, "the database is damaged", true},
    row{SQLITE_IOERR_NOMEM, verdict::fail, reason::mismatch, "SQLite wanted more than the 64 MiB that it is given"},
    row{SQLITE_IOERR_WRITE, verdict::fail, reason::internal, "SQLite wanted to write, which a probe never lets it do"},
    row{SQLITE_IOERR_TRUNCATE, verdict::fail, reason::internal,
        "SQLite wanted to truncate, which a probe never lets it do"},
    row{SQLITE_IOERR_DELETE, verdict::fail, reason::internal,
        "SQLite wanted to delete, which a probe never lets it do"},
    row{SQLITE_IOERR_ACCESS, verdict::fail, reason::denied, "a file of the database cannot be looked at"},
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
    row{SQLITE_AUTH, verdict::fail, reason::mismatch, "the configured query does more than read", true},
    row{SQLITE_INTERRUPT, verdict::fail, reason::timeout, "no answer before the deadline"},
    row{SQLITE_ERROR_SNAPSHOT, verdict::pass, reason::locked, "the snapshot is gone: a checkpoint came in between"},
    row{SQLITE_ERROR_RETRY, verdict::pass, reason::locked, "the schema changed while it was read"},
    row{SQLITE_ERROR, verdict::fail, reason::mismatch, "the configured query fails", true},
    row{SQLITE_SCHEMA, verdict::pass, reason::locked, "the schema changed while it was read"},
    row{SQLITE_TOOBIG, verdict::fail, reason::mismatch, "the configured query gives too large a value"},
    row{SQLITE_NOMEM, verdict::fail, reason::mismatch, "SQLite wanted more than the 64 MiB that it is given"},
    row{SQLITE_PROTOCOL, verdict::warn, reason::locked, "readers and writers kept each other from starting"},
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
  std::string_view about;  ///< how SQLite's message begins
  std::string_view words;
};

constexpr std::string_view unknown_function =
    "; functions of the application, or of an SQLite newer than " SQLITE_VERSION
    ", are not known here: query without it";
/// Longer beginnings first.
constexpr std::array advices{
    advice{"no such module: ",
           "; extensions of the application are not loaded here: query a table that does without it"},
    advice{"unsafe use of virtual table",
           "; views over virtual tables are not read here: name the virtual table "
           "itself in the query"},
    advice{"unsafe use of ", "; views may not use it here: call it in the query itself"},
    advice{"no such function: ", unknown_function},
    advice{"unknown function: ", unknown_function},
    advice{"no such collation sequence: ",
           "; collations of the application are not known here: order and compare by "
           "another one, such as COLLATE BINARY"},
};

}  // namespace

std::string way_out(const std::string& message) {
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
    return {verdict::fail, reason::internal, fmt::format("SQLite answers with code {}: {}", extended_code, message)};
  if (!known->with_message) return {known->how_bad, known->why, std::string(known->words)};
  return {known->how_bad, known->why, fmt::format("{}: {}{}", known->words, message, way_out(message))};
}

}  // namespace telltale::sqlite
