// Opening for reading, and asking for one value.
#include "sqlite/reading.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace telltale::sqlite {

namespace {

/// Nobody has it open: whoever reads next rebuilds the index in memory from the whole log, and again with every run.
constexpr std::uint64_t largest_unindexed_log = std::uint64_t{64} << 20;

/// More than a step of the kernel's coarse clock, by which files get their times.
constexpr std::chrono::milliseconds coarse_step{20};

/// Nothing in WAL mode writes to the file but a checkpoint, and that shows in its times; with a rollback journal every
/// commit moves the change counter, and a transaction under way holds a lock.
bool was_written_since(const observation& seen) {
  const auto now = observe(seen.path);
  if (!same_content(now.database.facts, seen.database.facts)) return true;
  if (!seen.wal_mode()) return !is_at_rest(now) || now.header.header != seen.header.header;
  return seen.wal.facts.size > 0 && !same_content(now.wal.facts, seen.wal.facts);
}

}  // namespace

bool is_at_rest(const observation& seen) {
  if (seen.header.fault != header_fault::none) return false;
  if (seen.wal_mode()) return !seen.live() && !seen.locks.user && seen.wal.facts.size == 0;
  return !seen.locks.reserved && !seen.locks.pending && !seen.locks.exclusive() && !seen.journal_has_header;
}

bool was_written_within(const observation& seen, std::chrono::milliseconds time) {
  const auto last = std::max(seen.database.facts.modified_ns, seen.wal.facts.size > 0 ? seen.wal.facts.modified_ns : 0);
  const auto now = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch());
  return std::chrono::nanoseconds(last) > now - time;
}

std::string_view why_unreadable(const observation& seen) {
  if (seen.held_exclusively()) return "nobody else can read in that mode";
  if (is_at_rest(seen)) return {};
  if (!seen.wal_mode())
    return "a transaction with a rollback journal is under way, and a reader would keep it from committing";
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
  const bool just_written = was_written_within(seen, coarse_step);
  auto error = read(is_at_rest(seen) ? access::immutable : access::read_without_trace);
  // No read mark fits: a reader has to set one, and may while an application is there to have made the index.
  if (error && error->code == SQLITE_READONLY_CANTINIT && seen.live()) error = read(access::read);
  // Without an index that is in use, no lock keeps an application from writing meanwhile.
  if (!seen.live() && ((error && just_written) || was_written_since(seen)))
    return sql_error{SQLITE_BUSY_SNAPSHOT, "it changed meanwhile"};
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
