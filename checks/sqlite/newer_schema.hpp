// Distinguishes a schema that needs a newer SQLite from a damaged schema.
#pragma once

#include "sqlite/connection.hpp"

namespace telltale::sqlite {

/// Adds to an error of the first statement the release that wrote a schema which this SQLite cannot read. SQLite
/// reports unknown syntax and damage as SQLITE_CORRUPT, and an unknown schema format as SQLITE_ERROR. The schema needs
/// a newer SQLite when a newer release changed it last and every row holds the text of a statement. Otherwise it is
/// damaged. Reads the schema again over the same connection, which must be closed afterwards.
sql_error add_writer_release(connection&, sql_error);

}  // namespace telltale::sqlite
