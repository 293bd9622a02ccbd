// What an SQLite result code means to somebody who has to act on it.
#pragma once

#include <string>

#include <telltale/outcome.hpp>

#include "sqlite/connection.hpp"

namespace telltale::sqlite {

struct explained {
  telltale::verdict verdict = verdict::fail;
  telltale::reason reason = reason::internal;
  std::string sentence;
};

/// Explains an extended result code (https://sqlite.org/rescode.html); `message` is SQLite's own text and is added
/// where it tells more. A code nobody has thought of becomes `internal` with its number.
explained explain_result(int extended_code, const std::string& message);

/// The same for an error of a connection, which may know that the schema needs a newer SQLite.
explained explain_result(const sql_error&);

/// What to do about something that a statement names and that is not known here: a module, function or collation of the
/// application's, or syntax of a newer SQLite. Begins with "; ", or is empty.
std::string way_out(const std::string& message);

}  // namespace telltale::sqlite
