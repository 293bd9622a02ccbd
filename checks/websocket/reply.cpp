// Checks the rules of a handshake reply, each with its own sentence.
#include "websocket/reply.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "net/http_head.hpp"
#include "websocket/declined.hpp"
#include "websocket/explain.hpp"

namespace telltale::websocket {
namespace {

/// "'bearer', ***"
std::string shown(const std::vector<offered_subprotocol>& offered) {
  std::string out;
  for (const auto& each : offered)
    out += (out.empty() ? "" : ", ") + (each.secret ? std::string("***") : "'" + each.name + "'");
  return out;
}

/// RFC 6455 section 4.1, item 6 of the checks of a reply. The server's value is not shown: it may echo a secret.
finding judge_subprotocol(const net::reply_head& reply, const std::vector<offered_subprotocol>& offered) {
  const auto given = reply.values("Sec-WebSocket-Protocol");
  if (given.empty() && offered.empty()) return {};
  if (given.empty())
    return failure(reason::protocol,
                   fmt::format("the server chose none of the offered subprotocols ({})", shown(offered)));
  if (offered.empty()) return failure(reason::protocol, "the server chose a subprotocol that was not requested");
  if (given.size() > 1 || given.front().find(',') != std::string::npos)
    return failure(reason::protocol,
                   fmt::format("the server chose several subprotocols instead of one of {}", shown(offered)));
  if (std::ranges::find(offered, given.front(), &offered_subprotocol::name) != offered.end()) return {};
  return failure(reason::protocol, fmt::format("the server chose a subprotocol that was not offered ({} {})",
                                               shown(offered), offered.size() == 1 ? "was" : "were"));
}

}  // namespace

finding judge_reply(std::string_view head, const std::vector<offered_subprotocol>& offered, const secret_list& secrets,
                    std::string& accept) {
  const auto parsed = net::parse_reply_head(head);
  if (!parsed) return failure(reason::protocol, "the handshake reply is not valid HTTP");
  const auto& reply = *parsed;
  if (reply.status != 101) return explain_declined(reply, secrets);
  if (reply.http_1_0) return failure(reason::protocol, "the handshake reply is not HTTP/1.1");
  if (!reply.has_token("Upgrade", "websocket"))
    return failure(reason::protocol, "the handshake reply has no 'Upgrade: websocket' header");
  if (!reply.has_token("Connection", "upgrade"))
    return failure(reason::protocol, "the handshake reply has no 'Connection: Upgrade' header");
  const auto accepts = reply.values("Sec-WebSocket-Accept");
  if (accepts.empty()) return failure(reason::protocol, "the handshake reply has no Sec-WebSocket-Accept header");
  if (accepts.size() > 1)
    return failure(reason::protocol, "the handshake reply has several Sec-WebSocket-Accept headers");
  accept = accepts.front();
  if (!reply.values("Sec-WebSocket-Extensions").empty())
    return failure(reason::protocol, "the server uses a WebSocket extension that was not requested");
  return judge_subprotocol(reply, offered);
}

}  // namespace telltale::websocket
