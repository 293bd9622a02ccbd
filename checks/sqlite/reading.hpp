// How a probe reads a database through SQLite: only where no file would have to be created, with as little trace as may
// be.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include <telltale/clock.hpp>

#include "sqlite/connection.hpp"
#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// In WAL mode, open nowhere, and all of it in its one file: its log is missing or empty.
bool is_closed(const observation&);

/// Why the database cannot be read without leaving a trace; empty when it can.
std::string_view why_unreadable(const observation&);

/// Opens the database and lets `use` read; again with a read mark where that is the only way. Gives what `use`
/// returned, or the error of opening. A closed database is opened as immutable, without lock or side file. Where no
/// application is there, the error is SQLITE_BUSY_SNAPSHOT when one has come and written meanwhile, and what `use` has
/// read is then to be dropped. Every
/// descriptor of an inspection must be closed by now (connection.hpp).
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
