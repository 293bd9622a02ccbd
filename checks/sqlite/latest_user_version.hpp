// The `user_version` of a database, of which the log may know more than the file.
#pragma once

#include <cstdint>
#include <optional>

#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Of the newest committed page 1, which is in the log until a checkpoint has copied it. Found by the page numbers in
/// the WAL index (walformat.html, section 2.2) and read from its frame; takes no lock. Nothing when the log may have
/// that page and cannot be searched: no application has it open, exclusive mode, or it was restarted meanwhile.
std::optional<std::uint32_t> latest_user_version(const observation&);

}  // namespace telltale::sqlite
