// Runs quick_check over whole databases, and reports the result in later probes.
#pragma once

#include <telltale/check.hpp>

#include "sqlite/inspect.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// Checks the whole database, its backup, or both, as the options request. Passes when no damage is found.
outcome run_deep_check(const sqlite_options&, probe_context&);

/// Adds the result of the last deep check to a probe. Damage fails. An inconclusive deep check warns, as does a
/// missing one after twice its interval.
void judge_deep_check(const sqlite_options&, probe_context&, inspection&);

}  // namespace telltale::sqlite
