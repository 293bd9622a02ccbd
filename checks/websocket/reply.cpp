// The rules a handshake reply must keep, each with its own sentence. Beast parses the head.
#include "websocket/reply.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>

#include "websocket/declined.hpp"
#include "websocket/explain.hpp"

namespace telltale::websocket {
namespace {

namespace http = boost::beast::http;
using fields = http::fields;

std::vector<std::string> values_of(const fields& all, http::field name) {
  std::vector<std::string> out;
  auto [first, last] = all.equal_range(name);
  for (; first != last; ++first) out.emplace_back(first->value().data(), first->value().size());
  return out;
}

bool has_token(const fields& all, http::field name, std::string_view token) {
  for (const auto& value : values_of(all, name))
    if (http::token_list(value).exists({token.data(), token.size()})) return true;
  return false;
}

/// Where a redirect points, if that can be shown: a query or credentials may be a secret.
std::string redirect_target(const fields& all, const secret_list& secrets) {
  const auto found = values_of(all, http::field::location);
  if (found.empty()) return "";
  const auto target = found.front().substr(0, found.front().find_first_of("?#"));
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

finding declined(unsigned code, const fields& all, const secret_list& secrets) {
  std::string versions;
  for (const auto& value : values_of(all, http::field::sec_websocket_version))
    versions += (versions.empty() ? "" : ", ") + value;
  return explain_declined({code, status_text(code), std::move(versions), redirect_target(all, secrets)});
}

/// "'bearer', ***"
std::string shown(const std::vector<offered_subprotocol>& offered) {
  std::string out;
  for (const auto& each : offered)
    out += (out.empty() ? "" : ", ") + (each.secret ? std::string("***") : "'" + each.name + "'");
  return out;
}

/// RFC 6455 section 4.1, item 6 of the checks of a reply. The server's value is not shown: it may echo the whole offer.
finding judge_subprotocol(const fields& all, const std::vector<offered_subprotocol>& offered) {
  const auto given = values_of(all, http::field::sec_websocket_protocol);
  if (given.empty() && offered.empty()) return {};
  if (given.empty())
    return failure(reason::protocol,
                   fmt::format("the server chose none of the offered subprotocols ({})", shown(offered)));
  if (offered.empty()) return failure(reason::protocol, "the server chose a subprotocol that was not asked for");
  if (given.size() > 1 || given.front().find(',') != std::string::npos)
    return failure(reason::protocol,
                   fmt::format("the server chose several subprotocols instead of one of {}", shown(offered)));
  if (std::ranges::find(offered, given.front(), &offered_subprotocol::name) != offered.end()) return {};
  return failure(reason::protocol, fmt::format("the server chose a subprotocol that was not offered ({} {})",
                                               shown(offered), offered.size() == 1 ? "was" : "were"));
}

}  // namespace

std::size_t head_length(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  return end == std::string_view::npos ? 0 : end + 4;
}

finding judge_reply(std::string_view head, const std::vector<offered_subprotocol>& offered, const secret_list& secrets,
                    std::string& accept) {
  http::response_parser<http::empty_body> parser;
  parser.header_limit(max_head + 1);
  parser.skip(true);  // only the head is here, whatever Content-Length says
  boost::system::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || !parser.is_header_done()) return failure(reason::protocol, "the handshake reply is not valid HTTP");
  const auto& reply = parser.get();
  if (reply.result_int() != 101) return declined(reply.result_int(), reply, secrets);
  if (reply.version() != 11) return failure(reason::protocol, "the handshake reply is not HTTP/1.1");
  if (!has_token(reply, http::field::upgrade, "websocket"))
    return failure(reason::protocol, "the handshake reply has no 'Upgrade: websocket' header");
  if (!has_token(reply, http::field::connection, "upgrade"))
    return failure(reason::protocol, "the handshake reply has no 'Connection: Upgrade' header");
  const auto accepts = values_of(reply, http::field::sec_websocket_accept);
  if (accepts.empty()) return failure(reason::protocol, "the handshake reply has no Sec-WebSocket-Accept header");
  if (accepts.size() > 1)
    return failure(reason::protocol, "the handshake reply has several Sec-WebSocket-Accept headers");
  accept = accepts.front();
  if (reply.count(http::field::sec_websocket_extensions) != 0)
    return failure(reason::protocol, "the server uses a WebSocket extension that was not asked for");
  return judge_subprotocol(reply, offered);
}

}  // namespace telltale::websocket
