// Which configuration is used when none is named.
#pragma once

#include <string>

#include "config/config.hpp"

namespace telltale {

/// `load_config` with the installed default at another path, for tests.
config_result load_config_or_default(const std::string& path, const std::string& default_path, const check_table&,
                                     const environment&);

}  // namespace telltale
