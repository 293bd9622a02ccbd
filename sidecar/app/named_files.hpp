// What a configuration names outside its own text - the token, certificates, secrets of checks - read as at the start.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"
#include "http_server/http_server.hpp"

namespace telltale {

/// The token's value. Empty when there is none, or when it cannot be had, which is then a problem at its place.
std::string read_token(const config&, problems& refused);

std::optional<tls_files> tls_files_of(const config&);

/// A problem at the place where the configuration names that file.
void add_tls_problem(const config&, const tls_file_error&, problems& refused);

/// Problems of this configuration as they are printed.
config_errors errors_of(const config&, const problems&);

struct named_files_report {
  problems refused;   ///< `serve` would not start
  problems warnings;  ///< it would, with a line in its log
};

/// Reads everything that `serve` would read at its start, in the same way, and keeps nothing of it.
named_files_report look_at_named_files(const config&);

}  // namespace telltale
