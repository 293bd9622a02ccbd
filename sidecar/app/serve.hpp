// The command `telltale serve`.
#pragma once

#include <string>
#include <vector>

#include <telltale/check_type.hpp>

#include "config/config.hpp"

namespace telltale {

struct serve_options {
  std::vector<std::string> listen;     ///< overrides `server.listen` when not empty
  std::string config;                  ///< source of the configuration, for reloads; see `load_config`
  const check_table* table = nullptr;  ///< of the check types
};

/// Runs until SIGTERM or SIGINT and the drain that follows; returns the exit code.
int serve(config, const serve_options&);

}  // namespace telltale
