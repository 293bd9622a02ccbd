// The query mode of the check: opens the database read-only, reads its schema and runs the configured query.
#pragma once

#include <telltale/check.hpp>

#include "sqlite/inspect.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// Adds its findings to the inspection. Runs only where no file would be created; otherwise the reason is `idle`.
/// Inspection must have closed its descriptors; the connection is closed on return.
void query(inspection&, const sqlite_options&, probe_context&);

/// Deadline for SQLite, early enough to return a result before the worker is killed.
boot_clock::time_point own_deadline(const probe_context&);

}  // namespace telltale::sqlite
