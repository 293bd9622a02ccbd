// Judges a backup of the database: existence, age, file type and user_version.
#pragma once

#include <chrono>
#include <cstdint>

#include <telltale/outcome.hpp>

#include "sqlite/database_header.hpp"
#include "sqlite/observation.hpp"
#include "sqlite/opened_file.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// The backup's stat data and header.
struct backup_seen {
  std::string path;
  file_state file;
  header_result header;
  bool should_be_encrypted = false;
  std::string unfinished;  ///< a non-empty -wal or -journal beside it, which shows an unfinished copy; else empty
};

/// `encrypted`: the option of the database.
backup_seen observe_backup(const std::string& path, bool encrypted = false);

/// Adds findings and measurements. `user_version`: of the database (latest_user_version.hpp). `now` is wall-clock time,
/// as are the times of files. Calls the file system only to explain a missing file.
void judge_backup(const backup_seen&, const observation& of, std::uint32_t user_version, const backup_options&,
                  std::chrono::system_clock::time_point now, findings&);

}  // namespace telltale::sqlite
