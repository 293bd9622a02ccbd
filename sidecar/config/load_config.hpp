// Selects the configuration file when none is given.
#pragma once

#include <string>

#include "config/config.hpp"
#include "config/config_file.hpp"

namespace telltale {

/// The default file.
inline constexpr const char* installed_config_path = "/etc/telltale/telltale.yaml";

/// `config::source` of the built-in configuration.
inline constexpr const char* built_in_source = "<built-in>";

/// The second half of `load_config`: parses the content that was read under this name ("" is the default).
config_result take_config(config_file, const std::string& path, const std::string& default_path, const check_table&,
                          const environment&);

/// `load_config` with another path of the default file, for tests.
config_result load_config_or_default(const std::string& path, const std::string& default_path, const check_table&,
                                     const environment&);

}  // namespace telltale
