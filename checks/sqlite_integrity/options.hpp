// Options of the sqlite_integrity check.
#pragma once

#include <chrono>

#include <telltale/option.hpp>

namespace telltale::sqlite {

struct integrity_check_options {
  file_path path;
  bool immutable = false;
  bytes max_backlog{32u << 20};
  upper_limit<std::chrono::milliseconds> intact_age{std::chrono::hours(24), std::nullopt};

  static options_of<integrity_check_options> declared();
};

}  // namespace telltale::sqlite
