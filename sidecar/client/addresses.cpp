// Resolves Unix sockets, localhost and numeric addresses directly, and names with a resolver until the deadline.
#include "client/addresses.hpp"

#include <stdexcept>

#include "base/name_lookup.hpp"

namespace telltale {

std::vector<socket_address> addresses_of(const http_target& target, std::chrono::steady_clock::time_point deadline) {
  if (target.unix_path.size() > longest_unix_path) throw std::runtime_error("the path of the Unix socket is too long");
  if (!target.unix_path.empty()) return {unix_address(target.unix_path)};
  if (target.host == "localhost") {  // always loopback (RFC 6761, 6.3), without a resolver or /etc/hosts
    auto both = numeric_addresses("127.0.0.1", target.port);
    for (const auto& address : numeric_addresses("::1", target.port)) both.push_back(address);
    return both;
  }
  if (auto numeric = numeric_addresses(target.host, target.port); !numeric.empty()) return numeric;
  auto found = look_up_until(target.host, target.port, deadline);
  if (!found.error.empty()) throw std::runtime_error(found.error);
  return std::move(found.addresses);
}

}  // namespace telltale
