// Parses and formats server endpoints: TCP host and port, a Unix socket, or UDP host and port.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <telltale/option_traits.hpp>

namespace telltale {
namespace net {

struct endpoint {
  enum class kind_t : std::uint8_t { tcp, unix_socket, udp };

  kind_t kind = kind_t::tcp;
  std::string host;  ///< a name or an address, IPv6 without brackets; empty for a Unix socket
  std::uint16_t port = 0;
  std::string path;  ///< of a Unix socket

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Parses `HOST:PORT`, `[IPV6]:PORT`, `unix:/path` or `udp:HOST:PORT`. Empty if it is none of them; then `why`
/// completes "expected ...".
std::optional<endpoint> parse_endpoint(std::string_view text, std::string& why);

/// Formats an endpoint as `parse_endpoint` accepts it, an IPv6 address in brackets.
std::string to_text(const endpoint&);

/// `host:port`, an IPv6 address in brackets.
std::string host_and_port(std::string_view host, std::uint16_t port);

/// A host name or an IP address without brackets, as `server_name` and the host of an endpoint must be.
bool is_host(std::string_view text);

/// Whether a host is this machine or container: localhost (RFC 6761 section 6.3), 127.0.0.0/8 or ::1.
bool is_loopback(std::string_view host);

}  // namespace net

/// An endpoint as an option: one text.
template <>
struct option_traits<net::endpoint> {
  static option_shape shape() { return {option_kind::address, {}, {}, {}}; }
  static std::optional<net::endpoint> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const net::endpoint& value) { return value.host.empty() ? "" : net::to_text(value); }
};

}  // namespace telltale
