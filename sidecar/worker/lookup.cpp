// Converts socket addresses to Asio's endpoints.
#include "worker/lookup.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/name_lookup.hpp"
#include "worker/messages.hpp"

namespace telltale {

resolution look_up_endpoints(const std::string& host, std::uint16_t port) {
  auto found = look_up(host, port);
  resolution out;
  out.error = std::move(found.error);
  for (const auto& address : found.addresses) {
    if (out.endpoints.size() == wire::max_endpoints) break;
    auto& endpoint = out.endpoints.emplace_back();
    endpoint.resize(address.size());
    std::memcpy(endpoint.data(), address.get(), address.size());
  }
  return out;
}

}  // namespace telltale
