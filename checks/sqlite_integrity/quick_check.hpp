// Runs PRAGMA quick_check over a whole database, with a deadline and a limit on the WAL backlog.
#pragma once

#include <cstdint>
#include <string>

#include <telltale/clock.hpp>
#include <telltale/outcome.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Reads every page of a database in use. A checkpoint cannot restart the log meanwhile, so it stops when the backlog
/// reaches `max_backlog` bytes, and does not start above that. Passes with `ok` only when the whole database is intact.
/// An incomplete check passes with `idle` when no action is needed, and warns otherwise.
outcome quick_check(const observation&, std::uint64_t max_backlog, boot_clock::time_point deadline);

/// The same for a file without a writer, such as a backup: opened as immutable, without locks or side files. Not
/// completed when the file changes meanwhile.
outcome quick_check_unchanging(const std::string& path, boot_clock::time_point deadline);

}  // namespace telltale::sqlite
