// The slow part of the check: whole databases read with quick_check, and what later probes say of it.
#pragma once

#include <telltale/check.hpp>

#include "sqlite/inspect.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// Examines what the options ask for: the database, its backup, or both. Passes when all of it is sound.
outcome examine(const sqlite_options&, probe_context&);

/// Adds the last examination to what a probe found. Damage fails. One that came to nothing warns, and so does one that
/// has not happened for twice its cadence, because nobody knows of the database what it should have found.
void judge_examination(const sqlite_options&, probe_context&, inspection&);

}  // namespace telltale::sqlite
