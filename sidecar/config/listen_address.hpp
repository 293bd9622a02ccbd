// Validates the syntax of listen addresses, without name lookups.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace telltale {

/// The error of an invalid address, with the correct form; empty for a valid one.
/// Valid are `127.0.0.1:9640`, `localhost:9640`, `[::]:9640` (port 0: any) and `unix:/absolute/path`. Host names are
/// not, because their address can change and a resolver can hang.
std::optional<std::string> listen_address_problem(std::string_view address);

/// The address that the server binds: `localhost` is 127.0.0.1, regardless of /etc/hosts.
std::string numeric_listen_address(std::string address);

}  // namespace telltale
