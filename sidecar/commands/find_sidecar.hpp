// Which running sidecar a command asks: from its options, the environment, a configuration file, or the default.
#pragma once

#include <string>

#include "client/http_target.hpp"
#include "commands/command_line.hpp"
#include "config/config.hpp"
#include "config/load_config.hpp"

namespace telltale {

inline constexpr std::string_view default_url = "http://127.0.0.1:9640";

/// Throws std::runtime_error with what is to be printed. Of a configuration only the server section is read; when
/// nothing names a sidecar, that of the installed file (`installed_path`, for tests), as `serve` does. An installed
/// file that cannot be used leaves the default address.
http_target find_sidecar(const gate_question&, const environment&,
                         const std::string& installed_path = installed_config_path);

}  // namespace telltale
