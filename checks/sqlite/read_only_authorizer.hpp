// Decides which operations of a user's SQL may be prepared (https://sqlite.org/c3ref/set_authorizer.html).
#pragma once

namespace telltale::sqlite {

/// An sqlite3_set_authorizer callback: SELECT, reading columns, functions other than load_extension, recursion, and
/// pragmas that only report. Everything else is denied: writing, schema changes, transactions, ATTACH.
/// `changes_by_itself` is a bool or null, and is set when a function of the time or of chance is named.
int authorize_reading(void* changes_by_itself, int action, const char* first, const char* second, const char* database,
                      const char* inner);

}  // namespace telltale::sqlite
