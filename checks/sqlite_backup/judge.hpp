// Judges a backup of a database: existence, age, file type and user_version.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <telltale/outcome.hpp>

#include "sqlite/copy_file.hpp"
#include "sqlite/observation.hpp"
#include "sqlite_backup/options.hpp"

namespace telltale::sqlite {

/// The database of which the file is a backup.
struct backed_up {
  observation seen;
  std::uint32_t user_version = 0;  ///< see latest_user_version.hpp
};

/// Time since the last modification, as of the wall-clock time `now`; 0 for one in the future.
std::chrono::nanoseconds age_of(const file_facts&, std::chrono::system_clock::time_point now);

/// Adds findings and measurements. `now` is wall-clock time, as are the times of files. Calls the file system only to
/// explain a missing file.
void judge_backup(const copy_seen&, const std::optional<backed_up>& of, const backup_check_options&,
                  std::chrono::system_clock::time_point now, findings&);

}  // namespace telltale::sqlite
