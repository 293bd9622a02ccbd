// Restricts what the configured statement may be, before a server reads it. No I/O.
#pragma once

#include <string_view>

namespace telltale::postgres {

/// Whether the statement, behind comments and brackets, begins with SELECT, WITH, VALUES, TABLE or SHOW. All others,
/// such as COPY, which can start programs in a read-only transaction, are not sent. The server refuses a second
/// statement.
bool reads_only(std::string_view statement);

}  // namespace telltale::postgres
