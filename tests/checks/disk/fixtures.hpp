// Creates disk checks of a directory for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "checks/file_fixtures.hpp"

namespace telltale::checks {
check_type disk();
}

namespace telltale::testing {

inline checked disk_on(const std::string& path, std::vector<raw_member> more = {}) {
  more.push_back(option("path", path));
  return {checks::disk(), std::move(more)};
}

}  // namespace telltale::testing
