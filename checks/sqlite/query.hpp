// The reading part of the check: opens the database read-only, reads its schema, asks the configured question.
#pragma once

#include <telltale/check.hpp>

#include "sqlite/inspect.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// Adds to what inspection found. Runs only where no file would have to be created: otherwise the finding is `idle`.
/// Inspection must have closed its descriptors; the connection is closed on return.
void query(inspection&, const sqlite_options&, probe_context&);

/// When telltale's own part of a run has to end, so that an answer is back before the worker is killed.
boot_clock::time_point own_deadline(const probe_context&);

}  // namespace telltale::sqlite
