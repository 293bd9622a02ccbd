// Observes a copy of a database, such as a backup.
#pragma once

#include <string>

#include "sqlite/database_header.hpp"
#include "sqlite/opened_file.hpp"

namespace telltale::sqlite {

/// The copy's stat data and header.
struct copy_seen {
  std::string path;
  file_state file;
  header_result header;
  std::string unfinished;  ///< a non-empty -wal or -journal beside it, which shows an unfinished copy; else empty
};

/// `encrypted`: the copy is of an encrypted database (encrypted_header.hpp).
copy_seen observe_copy(const std::string& path, bool encrypted = false);

}  // namespace telltale::sqlite
