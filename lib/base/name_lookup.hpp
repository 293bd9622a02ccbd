// The addresses of a host, from the system's resolver (getaddrinfo(3)), for TCP.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/socket_address.hpp"

namespace telltale {

/// Of the two, exactly one is empty.
struct found_addresses {
  std::vector<socket_address> addresses;
  std::string error;  ///< a sentence, e.g. "db.internal does not resolve: Name or service not known"
};

/// Empty when the host is a name. Asks no resolver.
std::vector<socket_address> numeric_addresses(const std::string& host, std::uint16_t port);

/// Takes as long as the system's resolver does, half a minute or more. Leaves out addresses of a family that no
/// interface has (AI_ADDRCONFIG).
found_addresses look_up(const std::string& host, std::uint16_t port);

/// Gives up at the deadline. The resolver goes on in a thread that the C library starts, so this is for programs that
/// end soon. All addresses: a loopback interface may have IPv6 where no other does.
found_addresses look_up_until(const std::string& host, std::uint16_t port, std::chrono::steady_clock::time_point);

}  // namespace telltale
