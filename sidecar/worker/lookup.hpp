// Resolves one host name, blocking.
#pragma once

#include <cstdint>
#include <string>

#include <telltale/async_check.hpp>

namespace telltale {

/// Blocks as long as the system resolver does, so only workers call it.
resolution look_up_endpoints(const std::string& host, std::uint16_t port);

}  // namespace telltale
