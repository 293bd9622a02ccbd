// The rules for request headers that a configuration may set, and the values of the others. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <telltale/option_traits.hpp>

#include "base/peer_text.hpp"
#include "net/http_head.hpp"

namespace telltale::http {

/// Why a header may not be sent, or empty. The result never contains the value.
std::optional<std::string> header_name_problem(const std::string& name);
std::optional<std::string> header_value_problem(const std::string& name, const std::string& value);

/// Adds the problems of the option `headers`, as far as they show without reading a secret.
void check_headers(const secret_map& headers, source_location at, problems& errors);

/// The value of a Host header: with the port, unless it is the scheme's default.
std::string host_header(const url&, const std::string& name);

/// The URL for messages, without the query, which may contain a token.
std::string shown(const url&);

struct revealed_headers {
  std::string host;  ///< of the header Host; empty if there is none
  net::header_list others;
};

/// Reads the values, and adds to `secrets` what messages must not contain. Throws std::runtime_error with a sentence
/// when a secret cannot be used.
revealed_headers reveal(const secret_map& headers, secret_list& secrets);

/// Whether a value is a secret, which may have been replaced since it was read.
bool has_secrets(const secret_map&);

bool has_header(const net::header_list&, std::string_view name);

}  // namespace telltale::http
