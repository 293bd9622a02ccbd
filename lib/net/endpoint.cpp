// Implements parsing and formatting of endpoints.
#include "net/endpoint.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale {
namespace net {
namespace {

constexpr std::string_view unix_scheme = "unix:";
constexpr std::string_view udp_scheme = "udp:";
constexpr std::string_view forms = "an address such as db.internal:5432, 127.0.0.1:80, [::1]:80 or unix:/run/app.sock";

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_'; });
}

bool is_ipv6(std::string_view text) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET6, std::string(text).c_str(), &ignored) == 1;
}

std::optional<endpoint> parse_unix(std::string_view path, std::string& why) {
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (!path.starts_with('/')) return why = "the absolute path of a socket, as in unix:/run/app.sock", std::nullopt;
  if (path.size() > longest || path.find('\0') != std::string_view::npos)
    return why = fmt::format("a socket's path of at most {} bytes", longest), std::nullopt;
  return endpoint{endpoint::kind_t::unix_socket, "", 0, std::string(path)};
}

}  // namespace

bool is_host(std::string_view text) { return is_name(text) || is_ipv6(text); }

bool is_loopback(std::string_view host) {
  const auto name = lower(host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0)));
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, name.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == IN_LOOPBACKNET;
  return ::inet_pton(AF_INET6, name.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::optional<endpoint> parse_endpoint(std::string_view text, std::string& why) {
  if (text.starts_with(unix_scheme)) return parse_unix(text.substr(unix_scheme.size()), why);
  endpoint out;
  if (text.starts_with(udp_scheme)) out.kind = endpoint::kind_t::udp, text.remove_prefix(udp_scheme.size());
  why = forms;
  if (text.find("//") != std::string_view::npos) return why += ", without a scheme or path", std::nullopt;
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  if (is_ipv6(text))
    return why = fmt::format("the IPv6 address in brackets and a port, as in [{}]:80", text), std::nullopt;
  if (is_name(text) || (text.starts_with('[') && text.ends_with(']')))
    return why = fmt::format("a port after the host, as in {}:80", text), std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!is_ipv6(host)) return why = "an IPv6 address between the brackets", std::nullopt;
  } else if (!is_name(host)) {
    return std::nullopt;
  }
  out.host = host;
  out.port = number_in<std::uint16_t>(text.substr(colon + 1)).value_or(0);
  if (out.port == 0) return why = "a port from 1 to 65535 after the last colon", std::nullopt;
  why.clear();
  return out;
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
  return host.find(':') == std::string_view::npos ? fmt::format("{}:{}", host, port)
                                                  : fmt::format("[{}]:{}", host, port);
}

std::string to_text(const endpoint& of) {
  if (of.kind == endpoint::kind_t::unix_socket) return fmt::format("{}{}", unix_scheme, of.path);
  return (of.kind == endpoint::kind_t::udp ? std::string(udp_scheme) : "") + host_and_port(of.host, of.port);
}

}  // namespace net

std::optional<net::endpoint> option_traits<net::endpoint>::parse(const raw_value& value, std::string_view option,
                                                                 problems& errors) {
  std::string why;
  const auto* text = detail::scalar_text(value, option, "an address", errors);
  if (!text) return std::nullopt;
  auto out = net::parse_endpoint(*text, why);
  if (!out) detail::wrong_value(value, option, why, errors);
  return out;
}

}  // namespace telltale
