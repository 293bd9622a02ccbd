// Implements parsing of listen addresses.
#include "http_server/listen_address.hpp"

#include <sys/un.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

namespace telltale {
namespace {

namespace ip = boost::asio::ip;

constexpr std::string_view unix_prefix = "unix:";

std::runtime_error bad(std::string_view text, std::string_view why) {
  return std::runtime_error(fmt::format("cannot listen on \"{}\": {}", text, why));
}

unix_path parse_path(std::string_view text) {
  const auto path = text.substr(unix_prefix.size());
  constexpr auto longest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.empty()) throw bad(text, "the path is missing, e.g. unix:/run/telltale.sock");
  if (path.size() > longest)
    throw bad(text, fmt::format("the path of a Unix socket is limited to {} characters, this one has {}", longest,
                                path.size()));
  if (path.find('\0') != std::string_view::npos) throw bad(text, "the path contains a NUL");
  return {std::string(path)};
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc() && stop == end ? std::optional(port) : std::nullopt;
}

ip::address parse_host(std::string_view text, std::string_view host) {
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (host.empty() || host == "*") throw bad(text, "the address is missing; 0.0.0.0 or [::] selects all addresses");
  if (!bracketed && host.find(':') != std::string_view::npos)
    throw bad(text, "an IPv6 address needs brackets, e.g. [::1]:9640");
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code ec;
  auto address = ip::make_address(std::string(host), ec);
  if (ec || address.is_v6() != bracketed)
    throw bad(text, "the address must be numeric, e.g. 127.0.0.1:9640, 0.0.0.0:9640, [::]:9640, or unix:/path");
  return address;
}

}  // namespace

listen_address parse_listen_address(std::string_view text) {
  if (text.starts_with(unix_prefix)) return {std::string(text), parse_path(text)};
  if (text.find("://") != std::string_view::npos)
    throw bad(text, "write an address and a port, not a URL, e.g. 127.0.0.1:9640");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']'))
    throw bad(text, "the port is missing, e.g. 127.0.0.1:9640");
  const auto address = parse_host(text, text.substr(0, colon));
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) throw bad(text, "the port must be a number from 0 to 65535 (0: any free one)");
  return {std::string(text), ip::tcp::endpoint(address, *port)};
}

std::string to_text(const ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "[{}]:{}" : "{}:{}"), address, endpoint.port());
}

}  // namespace telltale
