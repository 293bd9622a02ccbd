// Validates, reads and formats request headers.
#include "http/headers.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "http/hidden.hpp"
#include "net/endpoint.hpp"

namespace telltale::http {
namespace {

/// The headers that frame the request or its connection (RFC 9110 section 7.6.1), and those of a WebSocket handshake
/// (RFC 6455 section 4.1): the client sets them.
bool is_reserved(std::string_view name) {
  static constexpr std::string_view names[] = {"upgrade", "connection", "content-length", "transfer-encoding",
                                               "expect",  "te",         "trailer"};
  const auto lowered = lower(name);
  return lowered.starts_with("sec-websocket-") || std::ranges::find(names, lowered) != std::end(names);
}

/// A valid value of a Host header (RFC 9110 section 7.2): a name or an address, with an optional port.
bool is_host_header(std::string_view text) {
  const auto is_tcp = [](const std::string& with_port) {
    std::string why;
    const auto found = net::parse_endpoint(with_port, why);
    return found && found->kind == net::endpoint::kind_t::tcp;
  };
  return is_tcp(std::string(text)) || is_tcp(std::string(text) + ":80");
}

/// Rejects line breaks, which would turn the rest of the value into further headers.
std::optional<std::string> control_problem(const std::string& name, const std::string& value) {
  if (std::ranges::none_of(value, [](char c) { return is_control(c) && c != '\t'; })) return std::nullopt;
  return fmt::format("the value of {} contains a line break or another control character", name);
}

}  // namespace

std::optional<std::string> header_name_problem(const std::string& name) {
  if (!is_token(name)) return "the name of a header consists of letters, digits and hyphens";
  if (is_reserved(name)) return fmt::format("{} is set by the check itself", name);
  return std::nullopt;
}

std::optional<std::string> header_value_problem(const std::string& name, const std::string& value) {
  if (auto problem = control_problem(name, value)) return problem;
  if (equal_ignoring_case(name, "host") && !is_host_header(value))
    return fmt::format("{}: expected a host name or an address, and its port if it is not the default", name);
  return std::nullopt;
}

void check_headers(const secret_map& headers, source_location at, problems& errors) {
  for (const auto& [name, value] : headers) {
    auto problem = header_name_problem(name);
    if (!problem && value.secret.empty()) problem = header_value_problem(name, value.text);
    if (!problem) problem = control_problem(name, value.known_part());
    if (problem) errors.add(at, fmt::format("headers: {}", *problem));
  }
  if (std::ranges::count(headers, "host", [](const auto& h) { return lower(h.first); }) > 1)
    errors.add(at, "headers: Host is set twice");
}

std::string host_header(const url& target, const std::string& name) {
  const bool secure = target.scheme == "https" || target.scheme == "wss";
  if (target.port != (secure ? 443 : 80)) return net::host_and_port(name, target.port);
  return name.find(':') == std::string::npos ? name : "[" + name + "]";
}

std::string shown(const url& target) {
  return fmt::format("{}://{}{}", target.scheme, net::host_and_port(target.host, target.port),
                     target.target.substr(0, target.target.find('?')));
}

revealed_headers reveal(const secret_map& headers, secret_list& secrets) {
  revealed_headers out;
  for (const auto& [header, value] : headers) {
    auto text = value.reveal();
    // A secret's value is read here for the first time, so option validation has not checked it.
    if (auto problem = header_value_problem(header, text)) throw std::runtime_error("headers: " + *problem);
    if (!value.secret.empty()) hide_secret(secrets, value.secret, text);
    else if (may_be_secret(header)) hide_literal(secrets, text);
    if (equal_ignoring_case(header, "host")) out.host = std::move(text);
    else out.others.emplace_back(header, std::move(text));
  }
  return out;
}

bool has_secrets(const secret_map& values) {
  return std::ranges::any_of(values, [](const auto& each) { return !each.second.secret.empty(); });
}

bool has_header(const net::header_list& headers, std::string_view name) {
  return std::ranges::any_of(headers, [&](const auto& h) { return equal_ignoring_case(h.first, name); });
}

}  // namespace telltale::http
