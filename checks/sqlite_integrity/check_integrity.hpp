// Checks a whole database, unless that would harm a program that uses it.
#pragma once

#include <telltale/clock.hpp>
#include <telltale/outcome.hpp>

#include "sqlite_integrity/options.hpp"

namespace telltale::sqlite {

/// Passes with `ok` when the database is intact, and fails when it is damaged, missing or unreadable. When it was not
/// checked, passes with `idle` if no action is needed, and warns otherwise. The message does not name the database.
outcome check_integrity(const integrity_check_options&, boot_clock::time_point deadline);

}  // namespace telltale::sqlite
