// Declares the options of the websocket check and the rules between them. No I/O.
#include "websocket/options.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "http/headers.hpp"

namespace telltale {
namespace websocket {
std::optional<std::string> subprotocol_problem(std::string_view value, const std::string& shown) {
  if (is_token(value)) return std::nullopt;
  return fmt::format(
      "subprotocol: {} has characters other than letters, digits and !#$%&'*+-.^_`|~ (base64 has a URL-safe form)",
      shown);
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

}  // namespace
}  // namespace websocket

void websocket_options::validate(source_location at, problems& errors) const {
  using namespace websocket;
  if (url.scheme != "ws" && url.scheme != "wss") errors.add(at, "url: expected ws:// or wss://");
  if (url.text.find('#') != std::string::npos)
    errors.add(at, "url: a WebSocket URL has no #fragment (RFC 6455 section 3)");
  check_subprotocols(subprotocol, at, errors);
  http::check_headers(headers, at, errors);
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
                "The endpoint, ws:// or wss://. At most 8 of its addresses are tried; its response may have 64 KiB of "
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
      .include(&self::tls)
      .include(&self::network);
}

}  // namespace telltale
