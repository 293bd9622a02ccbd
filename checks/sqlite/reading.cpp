// Opens a database for reading and runs queries that return one value.
#include "sqlite/reading.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace telltale::sqlite {

namespace {

/// When no process has it open, every run would rebuild the index in memory from the whole log.
constexpr std::uint64_t largest_unindexed_log = std::uint64_t{64} << 20;

/// More than the resolution of the kernel's coarse clock, which sets the times of files.
constexpr std::chrono::milliseconds coarse_step{20};

/// In WAL mode only a checkpoint writes to the file, which changes its times. With a rollback journal every commit
/// changes the change counter, and a running transaction holds a lock.
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

std::string_view unreadable_reason(const observation& seen) {
  if (seen.held_exclusively()) return "no other process can read in that mode";
  if (is_at_rest(seen)) return {};
  if (!seen.wal_mode()) return "a transaction with a rollback journal is running, and a reader would block its commit";
  if (seen.live() && seen.index.state == wal_index_state::unknown_version)
    return "its WAL index has an unsupported version";
  if (!seen.live() && seen.wal.facts.size > largest_unindexed_log)
    return "after a crash every reader has to read the whole log first, which is too large here";
  if (!(seen.wal.exists && seen.shm.exists)) return "SQLite would have to create its -wal and -shm files";
  return {};
}

std::optional<sql_error> read_database(const observation& seen, boot_clock::time_point deadline,
                                       const std::function<std::optional<sql_error>(connection&)>& use) {
  const auto read = [&](access how) {
    connection database(seen.path, how, deadline);
    return database.failed() ? database.failed() : use(database);
  };
  const bool just_written = was_written_within(seen, coarse_step);
  auto error = read(is_at_rest(seen) ? access::immutable : access::read_without_trace);
  // No read mark is suitable: a reader has to set one, which is allowed while an application has the index open.
  if (error && error->code == SQLITE_READONLY_CANTINIT && seen.live()) error = read(access::read);
  // Without an index in use, no lock prevents a concurrent write.
  if (!seen.live() && ((error && just_written) || was_written_since(seen)))
    return sql_error{SQLITE_BUSY_SNAPSHOT, "it changed meanwhile"};
  return error;
}

std::string printable_value(std::string_view value) {
  std::string out;
  for (const unsigned char c : value.substr(0, 60)) out += c >= 0x20 && c < 0x7f ? static_cast<char>(c) : '?';
  return out + (value.size() > 60 ? "..." : "");
}

query_result run_query(connection& database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  int rc = ::sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &raw, &rest);
  const statement prepared(raw);
  if (rc != SQLITE_OK) return {database.last_error(rc), {}};
  // SQL without a result, such as an empty REINDEX, may not reach the authorizer.
  if (!prepared || ::sqlite3_column_count(prepared.get()) == 0)
    return {sql_error{SQLITE_ERROR, "it returns no value"}, {}};

  // Only white space and comments may follow.
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

query_result run_user_query(connection& database, const std::string& sql) {
  {
    // A virtual table (FTS5, json_each, pragma_table_info) is initialised when a statement first names it. This uses
    // statements that the authorizer denies, so the user's SQL is prepared once before the authorizer is set.
    sqlite3_stmt* raw = nullptr;
    ::sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &raw, nullptr);
    const statement dropped(raw);
  }
  database.allow_reading_only();
  auto out = run_query(database, sql);
  out.cacheable = !database.nondeterministic();
  return out;
}

}  // namespace telltale::sqlite
