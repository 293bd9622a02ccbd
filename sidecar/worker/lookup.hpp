// One name lookup, blocking.
#pragma once

#include <cstdint>
#include <string>

#include <telltale/async_check.hpp>

namespace telltale {

/// Takes as long as the system's resolver does: for workers only.
resolution look_up_endpoints(const std::string& host, std::uint16_t port);

}  // namespace telltale
