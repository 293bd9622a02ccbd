// Resolves the socket addresses of a target before a deadline.
#pragma once

#include <chrono>
#include <vector>

#include "base/socket_address.hpp"
#include "client/http_target.hpp"

namespace telltale {

/// Never empty: throws std::runtime_error with half a sentence when the name does not resolve in time. Numeric
/// addresses need no resolver.
std::vector<socket_address> addresses_of(const http_target&, std::chrono::steady_clock::time_point deadline);

}  // namespace telltale
