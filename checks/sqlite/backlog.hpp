// Detects a backlog that a running checkpoint is copying.
#pragma once

#include <telltale/memory.hpp>

#include "sqlite/observation.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// Whether a checkpoint is copying a backlog over its fail limit that no earlier run has seen. nBackfill changes only
/// when a checkpoint ends (wal.c, walCheckpoint). During the checkpoint after a large transaction the whole backlog is
/// therefore still counted. Returns `false` when a later run sees the backlog again, under the same salts and not
/// smaller. Compares with `kept` and stores the values of this run there.
bool backlog_being_copied(memory& kept, const observation&, const upper_limit<bytes>& limit);

}  // namespace telltale::sqlite
