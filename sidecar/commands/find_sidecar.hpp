// Determines the sidecar to query from options, the environment, a configuration file, or the default.
#pragma once

#include <string>

#include "client/http_target.hpp"
#include "commands/command_line.hpp"
#include "config/config.hpp"
#include "config/load_config.hpp"

namespace telltale {

inline constexpr std::string_view default_url = "http://127.0.0.1:9640";

/// Throws std::runtime_error with the message to print. Only the server section of a configuration is read. Without
/// another source the address comes from the installed file (`installed_path`, for tests), as for `serve`. An unusable
/// installed file gives the default address.
http_target find_sidecar(const gate_query&, const environment&,
                         const std::string& installed_path = installed_config_path);

}  // namespace telltale
