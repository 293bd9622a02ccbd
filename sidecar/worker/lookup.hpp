// Resolves one host name, blocking.
#pragma once

#include <cstdint>
#include <string>

#include <telltale/async_check.hpp>

namespace telltale {

/// Calls getaddrinfo(3) for TCP. Blocks as long as the system resolver does, so only workers call it.
resolution look_up(const std::string& host, std::uint16_t port);

}  // namespace telltale
