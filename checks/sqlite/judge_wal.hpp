// Judges the -shm and -wal files of a database in WAL mode from one observation.
#pragma once

#include <optional>

#include "sqlite/observation.hpp"
#include "sqlite/preliminary_finding.hpp"

namespace telltale::sqlite {

std::optional<preliminary_finding> judge_shm(const observation&);
std::optional<preliminary_finding> judge_wal(const observation&);

}  // namespace telltale::sqlite
