// Parses the server section of a configuration: listen addresses and access control.
#pragma once

#include <string>
#include <variant>

#include "config/config.hpp"
#include "config/config_file.hpp"

namespace telltale {

/// The validated settings of a `server` map.
server_settings server_settings_of(const raw_value& server, problems&);

/// Parses this section and ignores problems in the others. It gives the address of a running sidecar, which may have
/// rejected the newest text and still use the previous one. `source` is the file's name for messages.
std::variant<server_settings, config_errors> read_server_section(config_file, std::string source, const environment&);

}  // namespace telltale
