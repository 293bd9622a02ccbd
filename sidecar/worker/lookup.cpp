// Calls getaddrinfo and converts its errors to text.
#include "worker/lookup.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "worker/messages.hpp"
#include "worker/name_services.hpp"

namespace telltale {
namespace {

namespace ip = boost::asio::ip;

ip::tcp::endpoint to_endpoint(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    return {ip::address_v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, address, sizeof v6);
  ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return {ip::address_v6(bytes, v6.sin6_scope_id), ntohs(v6.sin6_port)};
}

std::string explain(int error, int system_error) {
  return error == EAI_SYSTEM ? ::strerror(system_error) : ::gai_strerror(error);
}

}  // namespace

resolution look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  resolution out;
  keep_to_built_in_name_services();
  const int error = ::getaddrinfo(host.c_str(), fmt::format("{}", port).c_str(), &hints, &raw);
  const int system_error = errno;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(error == 0 ? raw : nullptr, &::freeaddrinfo);
  for (const auto* entry = list.get(); entry != nullptr && out.endpoints.size() < wire::max_endpoints;
       entry = entry->ai_next)
    if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6)
      out.endpoints.push_back(to_endpoint(entry->ai_addr));
  if (error != 0) out.error = fmt::format("{} does not resolve: {}", host, explain(error, system_error));
  else if (out.endpoints.empty()) out.error = fmt::format("{} does not resolve: it has no address", host);
  return out;
}

}  // namespace telltale
