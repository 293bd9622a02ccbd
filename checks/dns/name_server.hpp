// The address of a name server, as an option and as in /etc/resolv.conf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <telltale/option_traits.hpp>

namespace telltale {
namespace dns {

struct name_server {
  static constexpr std::uint16_t default_port = 53;

  std::string address;  ///< numeric; a link-local IPv6 address has its zone, as in fe80::1%eth0
  std::uint16_t port = default_port;
  friend bool operator==(const name_server&, const name_server&) = default;
};

/// Parses `IP`, `IP:PORT` or `[IPV6]:PORT`.
std::optional<name_server> parse_name_server(std::string_view text);

/// The same text; the port only if it is not 53.
std::string to_text(const name_server&);

/// The servers of a resolv.conf(5): at most the first three, as the C library uses, or 127.0.0.1 when it has none.
std::vector<name_server> name_servers_in(std::string_view resolv_conf);

}  // namespace dns

/// A name server as an option: one text.
template <>
struct option_traits<dns::name_server> {
  static option_shape shape() { return {option_kind::text, {}, {}, {}}; }
  static std::optional<dns::name_server> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const dns::name_server& value) { return dns::to_text(value); }
};

}  // namespace telltale
