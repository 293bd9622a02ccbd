// What the -shm and -wal files say about a database in WAL mode: pure functions of one look.
#pragma once

#include <optional>

#include "sqlite/finding.hpp"
#include "sqlite/observation.hpp"

namespace telltale::sqlite {

std::optional<finding> judge_shm(const observation&);
std::optional<finding> judge_wal(const observation&);

}  // namespace telltale::sqlite
