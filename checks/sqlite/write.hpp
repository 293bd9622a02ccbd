// The write mode of the check: proves that a write transaction can begin, and writes nothing.
#pragma once

#include <telltale/check.hpp>

#include "sqlite/inspect.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// BEGIN IMMEDIATE; ROLLBACK. Runs only while an application has the database open (or in rollback mode), so that it
/// creates no file and starts no recovery. Otherwise it judges only permissions (may_write.hpp). A busy writer is
/// judged by `writer_lock`, not by one failed attempt.
void try_write(inspection&, const sqlite_options&, probe_context&);

}  // namespace telltale::sqlite
