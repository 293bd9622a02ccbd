// Looks up the TCP addresses of a host with the system's resolver (getaddrinfo(3)).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/socket_address.hpp"

namespace telltale {

/// Exactly one of the two is empty.
struct found_addresses {
  std::vector<socket_address> addresses;
  std::string error;  ///< a sentence, e.g. "db.internal does not resolve: Name or service not known"
};

/// Parses a numeric address without a resolver. Empty when the host is a name.
std::vector<socket_address> numeric_addresses(const std::string& host, std::uint16_t port);

/// Blocks until the system's resolver returns, which may take half a minute or more. Omits addresses of a family that
/// no interface has (AI_ADDRCONFIG).
found_addresses look_up(const std::string& host, std::uint16_t port);

/// Returns at the deadline. The resolver continues in a thread of the C library, so this is only for programs that exit
/// soon. Includes all addresses: a loopback interface may have IPv6 where no other does.
found_addresses look_up_until(const std::string& host, std::uint16_t port, std::chrono::steady_clock::time_point);

}  // namespace telltale
