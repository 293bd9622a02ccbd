// Which running sidecar a command asks: from its options, a configuration file, the environment, or the default.
#pragma once

#include <telltale/check_type.hpp>

#include "commands/command_line.hpp"
#include "commands/http_target.hpp"
#include "config/config.hpp"

namespace telltale {

inline constexpr std::string_view default_url = "http://127.0.0.1:9640";

/// Throws std::runtime_error with what is to be printed. Reads a file, and needs the table, only when one is
/// given.
http_target find_sidecar(const gate_question&, check_table_source, const environment&);

}  // namespace telltale
