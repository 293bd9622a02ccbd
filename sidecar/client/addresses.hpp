// Socket addresses of a target, names included, before a deadline.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <vector>

#include "client/http_target.hpp"

namespace telltale {

/// A value that holds any kind of address.
class socket_address {
 public:
  socket_address(const void* address, socklen_t size);
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

/// Never empty: throws std::runtime_error with half a sentence when the name does not resolve in time. Numeric
/// addresses ask no resolver.
std::vector<socket_address> addresses_of(const http_target&, std::chrono::steady_clock::time_point deadline);

}  // namespace telltale
