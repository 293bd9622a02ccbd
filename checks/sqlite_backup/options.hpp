// Options of the sqlite_backup check.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <telltale/check_type.hpp>
#include <telltale/option_group.hpp>

#include "sqlite/integrity_option.hpp"

namespace telltale::sqlite {

struct backup_check_options {
  file_path path;
  std::optional<file_path> database;
  upper_limit<std::chrono::milliseconds> age;
  bool encrypted = false;
  std::optional<integrity_options> integrity;

  /// `written`: the map that these options were parsed from.
  std::vector<added_check> added_checks(const raw_value& written) const;
  void validate(source_location at, problems& errors) const;
  static options_of<backup_check_options> declared();
};

}  // namespace telltale::sqlite
