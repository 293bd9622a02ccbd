// Declares the options of the websocket check and the rules between them. No I/O.
#include "websocket/options.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "net/endpoint.hpp"

namespace telltale {
namespace websocket {
namespace {

/// The handshake's own headers (RFC 6455 section 4.1) and those that would give the request a body.
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
  if (is_reserved(name)) return fmt::format("{} is set by the handshake itself", name);
  return std::nullopt;
}

std::optional<std::string> header_value_problem(const std::string& name, const std::string& value) {
  if (auto problem = control_problem(name, value)) return problem;
  if (equal_ignoring_case(name, "host") && !is_host_header(value))
    return fmt::format("{}: expected a host name or an address, and its port if it is not the default", name);
  return std::nullopt;
}

std::optional<std::string> subprotocol_problem(std::string_view value, const std::string& shown) {
  if (is_token(value)) return std::nullopt;
  return fmt::format(
      "subprotocol: {} has characters other than letters, digits and !#$%&'*+-.^_`|~ (base64 has a URL-safe form)",
      shown);
}

std::string shown(const url& target) {
  return fmt::format("{}://{}{}", target.scheme, net::host_and_port(target.host, target.port),
                     target.target.substr(0, target.target.find('?')));
}

namespace {

void check_subprotocols(const std::vector<text_or_secret>& subprotocol, source_location at, problems& errors) {
  for (std::size_t i = 0; i < subprotocol.size(); ++i) {
    const auto& offered = subprotocol[i];
    const auto shown = fmt::format("name {}", i + 1);  // not its text, which may come from a variable
    const bool unknown = !offered.secret.empty() && offered.known_part().empty();
    auto problem = unknown ? std::nullopt : subprotocol_problem(offered.known_part(), shown);
    if (!problem && std::ranges::count(subprotocol, offered) > 1)
      problem = fmt::format("subprotocol: {} is offered twice", shown);
    if (problem) errors.add(at, *problem);
  }
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

}  // namespace
}  // namespace websocket

void websocket_options::validate(source_location at, problems& errors) const {
  using namespace websocket;
  if (url.scheme != "ws" && url.scheme != "wss") errors.add(at, "url: expected ws:// or wss://");
  if (url.text.find('#') != std::string::npos)
    errors.add(at, "url: a WebSocket URL has no #fragment (RFC 6455 section 3)");
  check_subprotocols(subprotocol, at, errors);
  check_headers(headers, at, errors);
  if (expect && expect->empty()) errors.add(at, "expect: an empty text is contained in every reply");
  if (send && send->secret.empty() && send->text.empty()) errors.add(at, "send: the text is empty");
  auto without_name = tls;  // which is for the Host header, too
  without_name.server_name.reset();
  if (!secure() && without_name.any()) errors.add(at, "ca_file, cert_file, insecure and certificate need a wss:// URL");
}

options_of<websocket_options> websocket_options::declared() {
  using self = websocket_options;
  return options_of<self>()
      .required("url", &self::url,
                "The endpoint, ws:// or wss://. At most 8 of its addresses are tried; its response may have 8 KiB of "
                "headers; the check waits 250 ms for the response to the close.")
      .optional("subprotocol", &self::subprotocol,
                "Offered to the server, which must choose one: a name, or a list of names that may be secrets, as in "
                "[bearer, {env: TOKEN}].")
      .optional("headers", &self::headers,
                "Extra request headers, and Host for a name-based virtual host; values are text, or secrets as "
                "{file: ...} or {env: ...}. Without one, Host is `server_name` or the URL's host.")
      .optional("ping", &self::ping,
                "Send a ping and wait for its pong; other frames are skipped meanwhile, in any size and number, until "
                "`timeout`.")
      .optional("send", &self::send, "A text message to send once the WebSocket is open.")
      .optional(
          "expect", &self::expect,
          "Text that one message must contain: the reply to `send`, or a message that the server sends by itself. "
          "Messages may have any size, number and fragments; only `timeout` limits them.")
      .include(&self::tls);
}

}  // namespace telltale
