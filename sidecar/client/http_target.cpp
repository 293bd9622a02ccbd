// Parses the URLs of healthcheck and wait.
#include "client/http_target.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include <telltale/option.hpp>

#include "base/ascii.hpp"
#include "net/endpoint.hpp"

namespace telltale {
namespace {

constexpr std::string_view unix_scheme = "unix:";

std::string gate_path(gate g) { return g == gate::live ? "/health" : fmt::format("/{}", to_string(g)); }

/// Whether it is `0.0.0.0` or `[::]` in any notation. `[::]` includes IPv4, and is only IPv4 on a machine without IPv6.
bool is_every_address(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return v4.s_addr == INADDR_ANY;
  return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_UNSPECIFIED(&v6);
}

http_target unix_target(std::string_view path, gate g) {
  if (!path.starts_with('/'))
    throw std::runtime_error("a Unix socket is written unix:/path, e.g. unix:/run/telltale.sock");
  http_target out;
  out.unix_path = path;
  out.path = gate_path(g);
  out.shown = fmt::format("unix:{} {}", path, out.path);
  return out;
}

bool is_http(std::string_view text) {
  const auto start = lower(text.substr(0, std::string_view("https://").size()));
  return start.starts_with("http://") || start == "https://";
}

/// The message omits the text, which may contain a password.
std::string broken_rule(std::string_view text, const problems& errors) {
  if (!is_http(text)) return "; it starts with http:// or https://";
  std::string_view rule = errors.list().front().message;
  rule.remove_prefix(std::string_view("url: ").size());
  if (rule.find(" such as ") != std::string_view::npos) return {};   // the example is a WebSocket URL
  if (rule.ends_with(')')) rule = rule.substr(0, rule.rfind(" ("));  // advice that applies to the configuration only
  return fmt::format("; {}", rule);
}

}  // namespace

http_target parse_target(std::string_view text, gate g) {
  if (text.starts_with(unix_scheme)) return unix_target(text.substr(unix_scheme.size()), g);
  problems errors;
  auto parsed = option_traits<url>::parse(raw_value::scalar(std::string(text)), "url", errors);
  if (!parsed || !is_http(text))
    throw std::runtime_error(fmt::format(
        "the URL of the sidecar must be like http://127.0.0.1:9640, https://[::1]:9640 or unix:/run/telltale.sock{}",
        broken_rule(text, errors)));
  http_target out;
  out.tls = parsed->scheme == "https";
  out.host = is_every_address(parsed->host) ? "localhost" : parsed->host;
  out.port = parsed->port;
  out.path = parsed->target;
  const auto query = std::min(out.path.find('?'), out.path.size());
  if (out.path.substr(0, query) == "/") out.path.replace(0, query, gate_path(g));
  out.shown = fmt::format("{}://{}{}", parsed->scheme, net::host_and_port(out.host, out.port), out.path);
  return out;
}

http_target local_target(const server_settings& server, gate g) {
  const auto& all = server.listen;
  const auto found = std::find_if(all.begin(), all.end(), [](const auto& l) { return l.does_serve(served::gates); });
  const auto& address = found->address;  // config validation ensures that there is one
  if (address.starts_with(unix_scheme)) {
    auto out = parse_target(address, g);
    out.tls = server.tls.has_value();
    return out;
  }
  const auto colon = address.rfind(':');
  const auto host = address.substr(0, colon);
  const auto port = colon == std::string::npos ? "" : address.substr(colon + 1);
  if (port.empty() || port == "0")
    throw std::runtime_error(fmt::format("the port of '{}' is chosen at run time; set --url", address));
  return parse_target(fmt::format("{}://{}:{}", server.tls ? "https" : "http", host, port), g);
}

}  // namespace telltale
