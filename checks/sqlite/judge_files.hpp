// Judges the files of a database from one observation.
#pragma once

#include <string>
#include <vector>

#include "sqlite/observation.hpp"
#include "sqlite/options.hpp"
#include "sqlite/preliminary_finding.hpp"

namespace telltale::sqlite {

/// Findings about the files: missing, denied, damaged, replaced, not WAL. Does not judge limits. The only system call
/// is a stat of the parent directory, to explain a missing file.
std::vector<preliminary_finding> judge_files(const observation&, wal_expectation);

/// The finding for a database that was overwritten while in use.
preliminary_finding overwritten_in_place(const observation&);

/// " by pid 4711", or words for a holder that cannot be seen from this PID namespace.
std::string by_whom(const held_lock&);

/// The last component of a path.
std::string file_name(const std::string& path);

}  // namespace telltale::sqlite
