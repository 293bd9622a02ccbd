// Maps statuses to reasons and sentences. Causes are possible ones unless the status defines them.
#include "websocket/declined.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <boost/beast/http/status.hpp>

#include "base/ascii.hpp"
#include "websocket/explain.hpp"

namespace telltale::websocket {
namespace {

namespace http = boost::beast::http;

/// The target of a redirect, if it is safe to show: a query or credentials may be a secret.
std::string redirect_target(const net::reply_head& reply, const secret_list& secrets) {
  const auto location = reply.value("Location").value_or("");
  const auto target = location.substr(0, location.find_first_of("?#"));
  const bool fit =
      target.size() <= 200 && std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f && c != '@'; });
  return fit ? without_secrets(target, secrets) : "";
}

std::string status_text(unsigned code) {
  const auto words = http::obsolete_reason(http::int_to_status(code));
  return http::int_to_status(code) == http::status::unknown
             ? fmt::format("{}", code)
             : fmt::format("{} {}", code, std::string_view(words.data(), words.size()));
}

struct status_row {
  unsigned status;
  reason why;
  std::string_view causes;
};
/// A request without its Upgrade header is an ordinary GET, which frameworks answer with 400, 404 or 426.
constexpr std::array<status_row, 5> status_table{
    {{400, reason::refused, "a header of the request, a proxy that drops the Upgrade header"},
     {403, reason::denied, "the path, the Host or Origin header, a missing subprotocol, the credentials"},
     {404, reason::refused, "the path, the Host header, a proxy that drops the Upgrade header"},
     {421, reason::refused, "the Host header, server_name"},
     {426, reason::protocol, "a proxy that drops the Upgrade header"}}};

constexpr bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
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
  const auto status = status_text(reply.status);
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
  if (is_redirect(reply.status)) {
    const auto target = redirect_target(reply, secrets);
    return failure(reason::refused,
                   fmt::format("the server answered {}, a redirect{}, which a WebSocket client does not follow", status,
                               target.empty() ? "" : " to " + target));
  }
  for (const auto& row : status_table)
    if (row.status == reply.status)
      return failure(row.why, fmt::format("{} (possible causes: {})", declined, row.causes));
  if (reply.status >= 300) return failure(reason::refused, declined);
  const auto instead = fmt::format("the server answered {} instead of 101", status);
  if (reply.status < 200) return failure(reason::protocol, instead);
  return failure(reason::protocol, instead +
                                       " (possible causes: the path is not a WebSocket endpoint, "
                                       "a proxy that drops the Upgrade header)");
}

bool says_that_tls_is_spoken(std::string_view body) {
  static constexpr std::string_view phrases[] = {"http request was sent to https port",
                                                 "http request to an https server",
                                                 "http to an ssl-enabled server port", "host and port requires tls"};
  const auto lowered = lower(body);
  return std::ranges::any_of(phrases, [&](std::string_view p) { return lowered.find(p) != std::string::npos; });
}

}  // namespace telltale::websocket
