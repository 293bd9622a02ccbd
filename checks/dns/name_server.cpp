// Implements parsing and formatting of name servers' addresses.
#include "dns/name_server.hpp"

#include <arpa/inet.h>
#include <resolv.h>

#include "base/words.hpp"
#include "net/endpoint.hpp"

namespace telltale {
namespace dns {
namespace {

bool is_address(int family, std::string_view text) {
  in6_addr ignored{};
  return ::inet_pton(family, std::string(text).c_str(), &ignored) == 1;
}

bool is_ipv4(std::string_view text) { return is_address(AF_INET, text); }

bool is_ipv6(std::string_view text) {
  const auto address = take_until(text, '%');
  return is_address(AF_INET6, address) && text.find('%') == std::string_view::npos;
}

}  // namespace

std::optional<name_server> parse_name_server(std::string_view text) {
  if (is_ipv4(text) || is_ipv6(text)) return name_server{std::string(text)};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = number_in<std::uint16_t>(text.substr(colon + 1)).value_or(0);
  auto host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (port == 0 || !(bracketed ? is_ipv6(host) : is_ipv4(host))) return std::nullopt;
  return name_server{std::string(host), port};
}

std::string to_text(const name_server& of) {
  return of.port == name_server::default_port ? of.address : net::host_and_port(of.address, of.port);
}

std::vector<name_server> name_servers_in(std::string_view resolv_conf) {
  std::vector<name_server> out;
  while (!resolv_conf.empty() && out.size() < MAXNS) {
    auto line = take_until(resolv_conf, '\n');
    const auto end = line.find_first_of(" \t");
    if (line.substr(0, end) != "nameserver" || end == std::string_view::npos) continue;
    const auto address = trimmed(line.substr(end));
    const auto word = address.substr(0, address.find_first_of(" \t\r;#"));
    if (is_ipv4(word) || is_ipv6(word)) out.push_back({std::string(word)});
  }
  if (out.empty()) out.push_back({"127.0.0.1"});
  return out;
}

}  // namespace dns

std::optional<dns::name_server> option_traits<dns::name_server>::parse(const raw_value& value, std::string_view option,
                                                                       problems& errors) {
  const auto* text = detail::scalar_text(value, option, "an address", errors);
  if (!text) return std::nullopt;
  auto out = dns::parse_name_server(*text);
  if (!out)
    detail::wrong_value(value, option, "an IP address, with a port if it is not 53, as in 10.0.0.2:5353 or [::1]:5353",
                        errors);
  return out;
}

}  // namespace telltale
