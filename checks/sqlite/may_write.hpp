// Whether the files that SQLite needs to write a database can be opened or created, judged by permissions alone.
#pragma once

#include <optional>

#include <telltale/finding.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// What keeps a writer from opening the database's -wal, -shm or -journal, or from creating the missing ones; the
/// first obstacle only. Asks faccessat and stat, opens nothing.
///
/// The answer holds for the user of this process. What that user may not do and the database's owner may is no
/// obstacle, because the application may run as the owner. As root, who may do everything, what the owner certainly may
/// not do is a warning.
std::optional<finding> write_obstacle(const observation&);

}  // namespace telltale::sqlite
