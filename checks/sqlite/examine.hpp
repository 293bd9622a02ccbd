// Runs quick_check over whole databases, and reports the result in later probes.
#pragma once

#include <telltale/check.hpp>

#include "sqlite/inspect.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// Examines the database, its backup, or both, as the options request. Passes when no damage is found.
outcome examine(const sqlite_options&, probe_context&);

/// Adds the result of the last examination to a probe. Damage fails. An inconclusive examination warns, as does a
/// missing one after twice its interval.
void judge_examination(const sqlite_options&, probe_context&, inspection&);

}  // namespace telltale::sqlite
