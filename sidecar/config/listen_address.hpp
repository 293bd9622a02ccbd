// The syntax of listen addresses, without looking anything up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace telltale {

/// What is wrong with an address, as a sentence that says what to write instead; nothing when it is fine.
/// Fine are `127.0.0.1:9640`, `localhost:9640`, `[::]:9640` (port 0: any) and `unix:/absolute/path`. Host names are
/// not: which address they mean could change, and a resolver can hang.
std::optional<std::string> listen_address_problem(std::string_view address);

/// The address as the server binds it: `localhost` is 127.0.0.1, whatever /etc/hosts says of it.
std::string numeric_listen_address(std::string address);

}  // namespace telltale
