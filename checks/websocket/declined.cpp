// Maps statuses to reasons and sentences. Causes are possible ones unless the status defines them.
#include "websocket/declined.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "http/status.hpp"
#include "http/unexpected_status.hpp"
#include "websocket/explain.hpp"

namespace telltale::websocket {
namespace {

/// A request without its Upgrade header is an ordinary GET, which frameworks answer with 400, 404 or 426.
std::string_view possible_causes(unsigned status) {
  switch (status) {
    case 400:
      return "a header of the request, a proxy that drops the Upgrade header";
    case 403:
      return "the path, the Host or Origin header, a missing subprotocol, the credentials";
    case 404:
      return "the path, the Host header, a proxy that drops the Upgrade header";
    case 421:
      return "the Host header, server_name";
    case 426:
      return "a proxy that drops the Upgrade header";
    default:
      return "";
  }
}

/// The values of Sec-WebSocket-Version, joined with ", ". RFC 6455 section 4.4: numbers from 0 to 255; other values are
/// not shown.
std::string versions_of(const net::reply_head& reply) {
  constexpr std::size_t longest = 40;
  std::string out;
  for (const auto value : reply.values("Sec-WebSocket-Version")) (out += out.empty() ? "" : ", ") += value;
  const bool fit = out.size() <= longest && std::ranges::any_of(out, is_digit) &&
                   std::ranges::all_of(out, [](char c) { return is_digit(c) || c == ',' || c == ' '; });
  return fit ? out : "";
}

}  // namespace

finding explain_declined(const net::reply_head& reply, const secret_list& secrets) {
  const auto status = http::status_text(reply.status);
  const auto declined = fmt::format("the server declined the handshake with {}", status);
  if (reply.status == 401)
    return failure(reason::auth,
                   fmt::format("the server requires credentials: it declined the handshake with {}", status));
  if (reply.status == 407)
    return failure(reason::auth,
                   fmt::format("a proxy requires credentials: it declined the handshake with {}", status));
  const auto versions = reply.status == 400 || reply.status == 426 ? versions_of(reply) : "";
  if (!versions.empty() && !reply.has_token("Sec-WebSocket-Version", "13"))
    return failure(reason::protocol, fmt::format("{}: it supports version {}, not version 13", declined, versions));
  if (http::is_redirect(reply.status)) {
    const auto target = http::shown_location(reply, secrets);
    return failure(reason::refused,
                   fmt::format("the server answered {}, a redirect{}, which a WebSocket client does not follow", status,
                               target.empty() ? "" : " to " + target));
  }
  const bool retry_after = reply.value("Retry-After").has_value();
  const auto why = reply.status == 426 ? reason::protocol : http::reason_of_status(reply.status, retry_after);
  if (why == reason::overload) return failure(why, declined + http::retry_words(reply));
  if (const auto causes = possible_causes(reply.status); !causes.empty())
    return failure(why, fmt::format("{} (possible causes: {})", declined, causes));
  if (reply.status >= 300) return failure(why, declined);
  const auto instead = fmt::format("the server answered {} instead of 101", status);
  if (reply.status < 200) return failure(reason::protocol, instead);
  return failure(reason::protocol, instead +
                                       " (possible causes: the path is not a WebSocket endpoint, "
                                       "a proxy that drops the Upgrade header)");
}

}  // namespace telltale::websocket
