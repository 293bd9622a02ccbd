// Rules between the options of the websocket check; nothing is resolved, read or connected here.
#include "websocket/options.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "websocket/text.hpp"

namespace telltale {
namespace websocket {
namespace {

/// The handshake's own headers (RFC 6455 section 4.1) and those that would give the request a body.
bool is_reserved(std::string_view name) {
  static constexpr std::string_view names[] = {"host",   "upgrade", "connection", "content-length", "transfer-encoding",
                                               "expect", "te",      "trailer"};
  const auto lower = lower_case(name);
  return lower.starts_with("sec-websocket-") || std::ranges::find(names, lower) != std::end(names);
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_' || c == ':';
  });
}

}  // namespace

std::optional<std::string> header_problem(const std::string& name, const std::string& value) {
  if (!is_token(name)) return "the name of a header is made of letters, digits and hyphens";
  if (is_reserved(name)) return fmt::format("{} is set by the handshake itself", name);
  // Sent as it is: a line break would end the header and let the rest of the value become headers of its own.
  if (std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; }))
    return fmt::format("the value of {} contains a line break or another control character", name);
  return std::nullopt;
}

std::string authority(const url& target) {
  const bool brackets = target.host.find(':') != std::string::npos;
  return brackets ? fmt::format("[{}]:{}", target.host, target.port) : fmt::format("{}:{}", target.host, target.port);
}

std::string shown(const url& target) {
  return fmt::format("{}://{}{}", target.scheme, authority(target), target.target.substr(0, target.target.find('?')));
}

}  // namespace websocket

void websocket_options::validate(place at, problems& errors) const {
  using namespace websocket;
  if (url.scheme != "ws" && url.scheme != "wss") errors.add(at, "url: expected ws:// or wss://");
  if (url.text.find('#') != std::string::npos)
    errors.add(at, "url: a WebSocket URL has no #fragment (RFC 6455 section 3)");
  if (subprotocol && !is_token(*subprotocol))
    errors.add(at, "subprotocol: expected one name made of letters, digits and hyphens");
  for (const auto& [name, value] : headers)
    if (auto problem = header_problem(name, value.known_part())) errors.add(at, fmt::format("headers: {}", *problem));
  if (expect && expect->empty()) errors.add(at, "expect: an empty text is contained in every reply");
  if (send && send->secret.empty() && send->text.empty()) errors.add(at, "send: the text is empty");
  if (server_name && !is_host(*server_name)) errors.add(at, "server_name: expected a host name or an IP address");
  const bool tls_option = ca_file || server_name || insecure || certificate.warn || certificate.fail;
  if (url.scheme == "ws" && tls_option)
    errors.add(at, "ca_file, server_name, insecure and certificate need a wss:// URL");
  if (insecure && (ca_file || server_name))
    errors.add(at, "insecure turns verification off, so ca_file and server_name would have no effect");
}

}  // namespace telltale
