// Explains SQLite result codes as verdict, reason and sentence.
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

/// Explains an extended result code (https://sqlite.org/rescode.html). `message` is SQLite's own text, added where it
/// has more detail. An unknown code becomes `internal` with its number.
explained explain_result(int extended_code, const std::string& message);

/// The same for an error of a connection, including a schema that needs a newer SQLite.
explained explain_result(const sql_error&);

/// A remedy for unknown names in a statement: modules, functions and collations of the application, or syntax of a
/// newer SQLite. Starts with "; ", or is empty.
std::string remedy(const std::string& message);

}  // namespace telltale::sqlite
