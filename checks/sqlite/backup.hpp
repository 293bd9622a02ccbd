// A backup of the database: there, fresh, of the right kind, and not behind.
#pragma once

#include <chrono>
#include <cstdint>

#include <telltale/outcome.hpp>

#include "sqlite/database_header.hpp"
#include "sqlite/looked_at.hpp"
#include "sqlite/observation.hpp"
#include "sqlite/options.hpp"

namespace telltale::sqlite {

/// What is at the backup's path: its first bytes and its facts, nothing else.
struct backup_seen {
  std::string path;
  file_state file;
  header_result header;
  bool should_be_encrypted = false;
  std::string unfinished;  ///< the name of a file beside it that says that it is no finished copy; or empty
};

/// `encrypted`: as the configuration says of the database.
backup_seen observe_backup(const std::string& path, bool encrypted = false);

/// Adds what is wrong with it, and its measurements. `user_version`: of the database (latest_user_version.hpp). Pure
/// but for the explanation of a missing file. `now` is wall-clock time, because the age of a file is.
void judge_backup(const backup_seen&, const observation& of, std::uint32_t user_version, const backup_options&,
                  std::chrono::system_clock::time_point now, findings&);

}  // namespace telltale::sqlite
