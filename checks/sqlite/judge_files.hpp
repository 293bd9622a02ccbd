// What the files of a database say about its health: a pure function of one look.
#pragma once

#include <string>
#include <vector>

#include "sqlite/observation.hpp"
#include "sqlite/options.hpp"
#include "sqlite/symptom.hpp"

namespace telltale::sqlite {

/// Everything wrong with the files themselves: missing, denied, damaged, swapped, not WAL. Limits are judged elsewhere.
/// The only system call is a stat of the parent directory, to explain a missing file.
std::vector<symptom> judge_files(const observation&, wal_expectation);

/// The symptom about a database whose content was exchanged under an application.
symptom overwritten_in_place(const observation&);

/// " by pid 4711", or words for a holder that cannot be seen from this PID namespace.
std::string by_whom(const held_lock&);

/// The last component of a path.
std::string file_name(const std::string& path);

}  // namespace telltale::sqlite
