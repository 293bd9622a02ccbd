// Tells a schema that needs a newer SQLite from a damaged one.
#pragma once

#include "sqlite/connection.hpp"

namespace telltale::sqlite {

/// Adds to an error of the first statement which release wrote the schema that this SQLite cannot read. SQLite reports
/// both syntax it does not know and damage as SQLITE_CORRUPT, and a schema format it does not know as SQLITE_ERROR.
/// The schema needs a newer SQLite when a newer one changed it last and every row still holds a statement's text;
/// otherwise it is damaged. Reads the schema once more, over the same connection, which must be closed afterwards.
sql_error with_writer(connection&, sql_error);

}  // namespace telltale::sqlite
