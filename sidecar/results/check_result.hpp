// The result of one check, for `telltale check`.
#pragma once

#include <chrono>

#include <telltale/outcome.hpp>

#include "config/config.hpp"

namespace telltale {

struct check_result {
  check_config config;
  outcome found;
  std::chrono::nanoseconds duration{0};
};

}  // namespace telltale
