// The slow part of the check: whole databases read with quick_check, and what later probes say of it.
#pragma once

#include <telltale/check.hpp>

#include "sqlite/inspect.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// Examines what the options ask for: the database, its backup, or both. Passes when all of it is sound.
outcome examine(const sqlite_options&, probe_context&);

/// Adds the last examination to what a probe found. One that came to nothing warns; damage fails.
void judge_examination(const std::optional<examination>&, inspection&);

}  // namespace telltale::sqlite
