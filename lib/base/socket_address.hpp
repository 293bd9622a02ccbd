// A socket address of any family, as system calls take it.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cassert>
#include <cstring>
#include <string>

namespace telltale {

class socket_address {
 public:
  socket_address(const void* address, socklen_t size) : size_(size) { std::memcpy(&storage_, address, size); }

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

/// The longest path of a Unix socket (unix(7)).
inline constexpr std::size_t longest_unix_path = sizeof(sockaddr_un::sun_path) - 1;

/// `path` must not be longer.
inline socket_address unix_address(const std::string& path) {
  assert(path.size() <= longest_unix_path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return {&address, sizeof address};
}

}  // namespace telltale
