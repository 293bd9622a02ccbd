// PRAGMA quick_check over a whole database, bounded and polite.
#pragma once

#include <cstdint>
#include <string>

#include <telltale/clock.hpp>
#include <telltale/outcome.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Reads every page of a database in use. While it reads, checkpoints cannot restart the log: it gives way once the
/// backlog has reached `most_backlog` bytes, and does not begin when it has already. Passes only when the whole
/// database was found sound; what could not be examined warns, with `idle` when there is nothing to mend.
outcome quick_check(const observation&, std::uint64_t most_backlog, boot_clock::time_point deadline);

/// The same for a file that nobody writes, such as a backup: it is opened as immutable, without any lock or side file.
/// A file that changes meanwhile warns instead.
outcome quick_check_unchanging(const std::string& path, boot_clock::time_point deadline);

}  // namespace telltale::sqlite
