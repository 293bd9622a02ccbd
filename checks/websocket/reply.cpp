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
#include "websocket/text.hpp"

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

failure declined(unsigned code, const fields& all, const secret_list& secrets) {
  std::string versions;
  for (const auto& value : values_of(all, http::field::sec_websocket_version))
    versions += (versions.empty() ? "" : ", ") + value;
  return explain_declined({code, status_text(code), std::move(versions), redirect_target(all, secrets)});
}

maybe_failure judge_accept(const fields& all, const std::string& expected) {
  const auto accept = values_of(all, http::field::sec_websocket_accept);
  if (accept.empty()) return protocol("the handshake reply has no Sec-WebSocket-Accept header");
  if (accept.size() > 1) return protocol("the handshake reply has several Sec-WebSocket-Accept headers");
  if (accept.front() != expected)
    return protocol("the handshake reply has a wrong Sec-WebSocket-Accept: it was not made for this request");
  return std::nullopt;
}

/// "'bearer', ***"
std::string shown(const std::vector<offered_subprotocol>& offered) {
  std::string out;
  for (const auto& each : offered)
    out += (out.empty() ? "" : ", ") + (each.secret ? std::string("***") : "'" + each.name + "'");
  return out;
}

/// RFC 6455 section 4.1, item 6 of the checks of a reply. The server's value is not shown: it may echo the whole offer.
maybe_failure judge_subprotocol(const fields& all, const std::vector<offered_subprotocol>& offered) {
  const auto given = values_of(all, http::field::sec_websocket_protocol);
  if (given.empty() && offered.empty()) return std::nullopt;
  if (given.empty())
    return protocol(fmt::format("the server chose none of the offered subprotocols ({})", shown(offered)));
  if (offered.empty()) return protocol("the server chose a subprotocol that was not asked for");
  if (given.size() > 1 || given.front().find(',') != std::string::npos)
    return protocol(fmt::format("the server chose several subprotocols instead of one of {}", shown(offered)));
  if (std::ranges::find(offered, given.front(), &offered_subprotocol::name) != offered.end()) return std::nullopt;
  return protocol(fmt::format("the server chose a subprotocol that was not offered ({} {})", shown(offered),
                              offered.size() == 1 ? "was" : "were"));
}

}  // namespace

std::size_t head_length(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  return end == std::string_view::npos ? 0 : end + 4;
}

maybe_failure judge_reply(std::string_view head, const expected_reply& expected, const secret_list& secrets) {
  http::response_parser<http::empty_body> parser;
  parser.header_limit(max_head + 1);
  parser.skip(true);  // only the head is here, whatever Content-Length says
  boost::system::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || !parser.is_header_done()) return protocol("the handshake reply is not valid HTTP");
  const auto& reply = parser.get();
  if (reply.result_int() != 101) return declined(reply.result_int(), reply, secrets);
  if (reply.version() != 11) return protocol("the handshake reply is not HTTP/1.1");
  if (!has_token(reply, http::field::upgrade, "websocket"))
    return protocol("the handshake reply has no 'Upgrade: websocket' header");
  if (!has_token(reply, http::field::connection, "upgrade"))
    return protocol("the handshake reply has no 'Connection: Upgrade' header");
  if (auto failed = judge_accept(reply, expected.accept)) return failed;
  if (reply.count(http::field::sec_websocket_extensions) != 0)
    return protocol("the server uses a WebSocket extension that was not asked for");
  return judge_subprotocol(reply, expected.subprotocols);
}

}  // namespace telltale::websocket
