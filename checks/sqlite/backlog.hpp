// Tells a backlog that a checkpoint is just copying from one that stays.
#pragma once

#include <telltale/memory.hpp>

#include "sqlite/observation.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// Whether a checkpoint is copying a backlog over its fail limit and no run before has seen that backlog. nBackfill
/// moves only when a checkpoint ends (wal.c, walCheckpoint), so during the one that follows a large transaction
/// nothing is copied yet. A run that sees the backlog again, under the same salts and not smaller, gets `false`: a
/// checkpoint that does not end is no excuse. Compares with `kept`, and keeps what this run saw.
bool just_being_copied(memory& kept, const observation&, const upper_limit<bytes>& limit);

}  // namespace telltale::sqlite
