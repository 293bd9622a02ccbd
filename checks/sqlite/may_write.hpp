// Checks by permissions whether SQLite can open or create the files that it needs for writing.
#pragma once

#include <optional>

#include <telltale/finding.hpp>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// The first obstacle to opening or creating the database's -wal, -shm or -journal. Uses faccessat and stat, opens
/// nothing. The result applies to the user of this process. A missing permission that the database's owner has is not
/// an obstacle, because the application may run as the owner. As root, a permission that the owner lacks is a warning.
std::optional<finding> write_obstacle(const observation&);

}  // namespace telltale::sqlite
