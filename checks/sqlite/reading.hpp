// How a probe reads a database through SQLite: only where no file would have to be created, with as little trace as may
// be.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include <telltale/clock.hpp>

#include "sqlite/connection.hpp"
#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// All of the database is in its one file, and nobody is writing it. In WAL mode: nobody has it open, and its log is
/// missing or empty. With a rollback journal: there is none, and no transaction that writes.
bool is_at_rest(const observation&);

/// Whether the database or its log was modified so recently, or in the future.
bool was_written_within(const observation&, std::chrono::milliseconds);

/// Why the database cannot be read without leaving a trace; empty when it can.
std::string_view why_unreadable(const observation&);

/// Opens the database and lets `use` read; again with a read mark where that is the only way. Gives what `use`
/// returned, or the error of opening. A database at rest is opened as immutable, without lock or side file. Without an
/// application that has the index open, a write meanwhile gives SQLITE_BUSY_SNAPSHOT, and what `use` has read must be
/// dropped. Every descriptor of an inspection must be closed by now (connection.hpp).
std::optional<sql_error> read_quietly(const observation&, boot_clock::time_point deadline,
                                      const std::function<std::optional<sql_error>(connection&)>& use);

/// One value: the first column of the first row as text.
struct answer {
  std::optional<sql_error> error;
  std::optional<std::string> value;  ///< nothing when there is no row
  bool null = false;                 ///< there is a row, and its value is NULL, shown as such
  bool lasting = true;               ///< the same as long as the files are: neither time nor chance is in it
};

/// Runs one statement that must give a value; a second statement behind it is an error.
answer ask(connection&, const std::string& sql);

/// The same for SQL of the user's: it may only read (read_only_authorizer.hpp), as may everything after it.
answer ask_as_user(connection&, const std::string& sql);

/// A value of the user's data in a message: short, on one line, nothing that a terminal or log would act on.
std::string shown(std::string_view value);

}  // namespace telltale::sqlite
