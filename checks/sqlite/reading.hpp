// Reads a database through SQLite without creating files and with minimal side effects.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include <telltale/clock.hpp>

#include "sqlite/connection.hpp"
#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Whether the database is complete in its one file and has no writer. In WAL mode: no process has it open, and its log
/// is missing or empty. In rollback mode: there is neither a journal nor a write transaction.
bool is_at_rest(const observation&);

/// Whether the database or its log was modified within this time, or in the future.
bool was_written_within(const observation&, std::chrono::milliseconds);

/// Why the database cannot be read without side effects; empty when it can.
std::string_view unreadable_reason(const observation&);

/// Opens the database and calls `use`; calls it again with a read mark when that is the only way to read. Returns the
/// result of `use`, or the error of opening. A database at rest is opened as immutable, without locks or side files.
/// When no application has the index open, a concurrent write yields SQLITE_BUSY_SNAPSHOT, and the caller must discard
/// what `use` has read. Every descriptor of an inspection must be closed before (connection.hpp).
std::optional<sql_error> read_database(const observation&, boot_clock::time_point deadline,
                                       const std::function<std::optional<sql_error>(connection&)>& use);

/// One value: the first column of the first row as text.
struct query_result {
  std::optional<sql_error> error;
  std::optional<std::string> value;  ///< empty when there is no row
  bool null = false;                 ///< the value is NULL; `value` is then "NULL"
  bool cacheable = true;             ///< depends only on the files, not on time or randomness
};

/// Runs one statement that must return a value; a second statement is an error.
query_result run_query(connection&, const std::string& sql);

/// The same for a user's SQL. This and all later statements of the connection may only read (read_only_authorizer.hpp).
query_result run_user_query(connection&, const std::string& sql);

/// A value for messages: at most 60 characters on one line, without control characters.
std::string printable_value(std::string_view value);

}  // namespace telltale::sqlite
