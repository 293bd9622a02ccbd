// Reads what a configuration refers to - the token, certificates, secrets of checks - as at the start.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"
#include "http_server/http_server.hpp"

namespace telltale {

/// Returns the token. Empty when none is configured or when it cannot be read, which adds a problem.
std::string read_token(const config&, problems& refused);

std::optional<tls_files> tls_files_of(const config&);

/// Adds a problem at the location where the configuration names the file.
void add_tls_problem(const config&, const tls_file_error&, problems& refused);

config_errors errors_of(const config&, const problems&);

struct named_files_report {
  problems refused;   ///< `serve` would not start
  problems warnings;  ///< `serve` would start and log a warning
};

/// Reads everything that `serve` reads at its start, and discards it.
named_files_report check_named_files(const config&);

}  // namespace telltale
