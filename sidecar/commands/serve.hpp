// `telltale serve`: the sidecar itself.
#pragma once

#include <string>
#include <vector>

#include <telltale/check_type.hpp>

#include "config/config.hpp"

namespace telltale {

struct serve_options {
  std::vector<std::string> listen;  ///< overrides `server.listen` when not empty
};

/// Runs until SIGTERM or SIGINT and the drain that follows; returns the exit code.
int serve(config, const serve_options&);

}  // namespace telltale
