// The table from statuses to reasons and sentences. Causes are named as possible ones unless the status defines them.
#include "websocket/declined.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "websocket/explain.hpp"

namespace telltale::websocket {
namespace {

struct status_row {
  unsigned status;
  reason why;
  std::string_view causes;
};
/// A request without its Upgrade header is an ordinary GET to the server: frameworks answer it with 400, 404 or 426.
constexpr std::array<status_row, 5> status_table{
    {{400, reason::refused, "a header of the request, a proxy that drops the Upgrade header"},
     {403, reason::denied, "the path, the Host or Origin header, a missing subprotocol, the credentials"},
     {404, reason::refused, "the path, the Host header, a proxy that drops the Upgrade header"},
     {421, reason::refused, "the Host header, server_name"},
     {426, reason::protocol, "a proxy that drops the Upgrade header"}}};

constexpr bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// RFC 6455 section 4.4: one or several numbers from 0 to 255; whatever else is sent there is not shown.
bool are_versions(std::string_view text) {
  constexpr std::size_t longest = 40;
  const auto digits = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() <= longest && std::ranges::any_of(text, digits) &&
         std::ranges::all_of(text, [&](char c) { return digits(c) || c == ',' || c == ' '; });
}

bool has_version(std::string_view list, std::string_view version) {
  while (!list.empty()) {
    const auto end = std::min(list.find_first_of(", "), list.size());
    if (list.substr(0, end) == version) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

bool wants_another_version(const declined_reply& reply) {
  return (reply.status == 400 || reply.status == 426) && are_versions(reply.versions) &&
         !has_version(reply.versions, "13");
}

}  // namespace

finding explain_declined(const declined_reply& reply) {
  const auto& status = reply.status_text;
  const auto declined = fmt::format("the server declined the handshake with {}", status);
  if (reply.status == 401)
    return failure(reason::auth,
                   fmt::format("the server asks for credentials: it declined the handshake with {}", status));
  if (reply.status == 407)
    return failure(reason::auth,
                   fmt::format("a proxy asks for credentials: it declined the handshake with {}", status));
  if (wants_another_version(reply))
    return failure(reason::protocol, fmt::format("{}: it speaks version {}, not version 13", declined, reply.versions));
  if (is_redirect(reply.status))
    return failure(reason::refused,
                   fmt::format("the server answered {}, a redirect{}, which a WebSocket client does not follow", status,
                               reply.location.empty() ? "" : " to " + reply.location));
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
