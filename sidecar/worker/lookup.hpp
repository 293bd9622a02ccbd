// One name lookup, blocking.
#pragma once

#include <cstdint>
#include <string>

#include <telltale/async_check.hpp>

namespace telltale {

/// getaddrinfo(3) for TCP. Takes as long as the system's resolver does: for workers only.
resolution look_up(const std::string& host, std::uint16_t port);

}  // namespace telltale
