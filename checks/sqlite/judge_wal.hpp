// What the -shm and -wal files say about a database in WAL mode: pure functions of one look.
#pragma once

#include <optional>

#include "sqlite/observation.hpp"
#include "sqlite/symptom.hpp"

namespace telltale::sqlite {

std::optional<symptom> judge_shm(const observation&);
std::optional<symptom> judge_wal(const observation&);

}  // namespace telltale::sqlite
