// Reads the newest committed `user_version` of a database, from its log or its file.
#pragma once

#include <cstdint>
#include <optional>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Reads the newest committed page 1, which is in the log until a checkpoint copies it. Finds its frame in the WAL
/// index (walformat.html, section 2.2) and takes no lock. Empty when the log may have the page but cannot be searched:
/// no application has it open, exclusive mode, or a restart of the log.
std::optional<std::uint32_t> latest_user_version(const observation&);

}  // namespace telltale::sqlite
