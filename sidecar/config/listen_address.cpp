// Validates listen addresses and explains common mistakes.
#include "config/listen_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/socket_address.hpp"
#include "base/words.hpp"

namespace telltale {
namespace {

bool is_port(std::string_view text) {
  return number_in<std::uint16_t>(text) && (text == "0" || !text.starts_with('0'));
}

bool is_numeric(int family, std::string_view host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(family, std::string(host).c_str(), bytes) == 1;
}

std::optional<std::string> unix_problem(std::string_view path) {
  if (!path.starts_with('/')) return "a socket path has to be absolute: unix:/run/telltale.sock";
  if (path.ends_with('/')) return "a socket path has to name a file: unix:/run/telltale.sock";
  if (path.size() > longest_unix_path)
    return fmt::format("a socket path has at most {} bytes, this one {}", longest_unix_path, path.size());
  return std::nullopt;
}

std::optional<std::string> host_problem(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    if (is_numeric(AF_INET6, host.substr(1, host.size() - 2))) return std::nullopt;
    return "expected an IPv6 address in the brackets, such as [::]:9640";
  }
  if (host == "localhost" || is_numeric(AF_INET, host)) return std::nullopt;
  if (host.empty() || host == "*") return "write 0.0.0.0:PORT or [::]:PORT to listen on all addresses";
  if (is_numeric(AF_INET6, host)) return "an IPv6 address needs brackets, such as [::1]:9640";
  return "expected a numeric address or localhost before the port, such as 0.0.0.0:9640";
}

}  // namespace

std::string numeric_listen_address(std::string address) {
  constexpr std::string_view name = "localhost:";
  if (address.starts_with(name)) address.replace(0, name.size(), "127.0.0.1:");
  return address;
}

std::optional<std::string> listen_address_problem(std::string_view address) {
  if (std::ranges::any_of(address, is_control)) return "an address has no control characters";
  if (address.starts_with("unix:")) return unix_problem(address.substr(5));
  if (address.find("://") != std::string_view::npos)
    return "write an address, not a URL: 0.0.0.0:9640 (set server.tls for TLS)";
  if (!address.empty() && std::ranges::all_of(address, is_digit))
    return "write the host as well: 127.0.0.1:PORT, or 0.0.0.0:PORT for all addresses";
  const auto colon = address.rfind(':');
  if (address.starts_with('/')) return "a socket path needs 'unix:' before it: unix:/run/telltale.sock";
  if (colon == std::string_view::npos || address.ends_with(']') || is_numeric(AF_INET6, address))
    return "the port is missing: HOST:PORT such as 0.0.0.0:9640, [V6]:PORT such as [::]:9640, or unix:/path";
  if (!is_port(address.substr(colon + 1))) return "the port has to be a number from 0 to 65535";
  return host_problem(address.substr(0, colon));
}

}  // namespace telltale
