// The server section of a configuration: where a sidecar listens, and for whom.
#pragma once

#include <string>
#include <variant>

#include "config/config.hpp"
#include "config/config_file.hpp"

namespace telltale {

/// The settings of a `server` map, with every rule applied.
server_settings server_settings_of(const raw_value& server, problems&);

/// Reads that section alone, whatever is wrong in the others: it tells where a running sidecar is asked, which may have
/// refused the newest text and still serve by the one before. `source` is the file's name for messages.
std::variant<server_settings, config_errors> read_server_section(config_file, std::string source, const environment&);

}  // namespace telltale
