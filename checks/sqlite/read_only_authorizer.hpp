// Restricts a user's SQL to reading (https://sqlite.org/c3ref/set_authorizer.html).
#pragma once

namespace telltale::sqlite {

/// An sqlite3_set_authorizer callback. Allows SELECT, reading columns, functions other than load_extension, recursion,
/// and pragmas that only report. Denies everything else: writing, schema changes, transactions, ATTACH.
/// `nondeterministic` is a bool or null; it is set when a function of time or randomness is named.
int authorize_reading(void* nondeterministic, int action, const char* first, const char* second, const char* database,
                      const char* inner);

}  // namespace telltale::sqlite
