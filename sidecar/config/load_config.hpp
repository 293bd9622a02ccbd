// Which configuration is used when none is named.
#pragma once

#include <string>

#include "config/config.hpp"
#include "config/config_file.hpp"

namespace telltale {

/// The file that is used when none is named.
inline constexpr const char* installed_config_path = "/etc/telltale/telltale.yaml";

/// `config::source` when no file was there.
inline constexpr const char* built_in_source = "<built-in>";

/// The second half of `load_config`: what was read under this name ("" is the default), turned into a configuration.
config_result take_config(config_file, const std::string& path, const std::string& default_path, const check_table&,
                          const environment&);

/// `load_config` with the installed default at another path, for tests.
config_result load_config_or_default(const std::string& path, const std::string& default_path, const check_table&,
                                     const environment&);

}  // namespace telltale
