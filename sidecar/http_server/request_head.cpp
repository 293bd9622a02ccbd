// Parses request heads with Beast. The only file that includes Beast's HTTP parser, the server's heaviest header.
#include "http_server/request_head.hpp"

#include <algorithm>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/ascii.hpp"

namespace telltale {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

using parser_type = http::request_parser<http::empty_body>;
using fields_type = parser_type::value_type;

constexpr refusal no_body{413, "Requests must not have a body."};
constexpr refusal bad_target{400, "The request target must be a path, e.g. /ready."};

std::string_view view(beast::string_view s) { return {s.data(), s.size()}; }

// `GET /x HTTP/2.0` names an unsupported version; `GET /x JUNK` names no version.
bool names_a_version(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  if (std::count(line.begin(), line.end(), ' ') != 2) return false;
  const auto word = line.substr(line.rfind(' ') + 1);
  return word.size() == 8 && word.starts_with("HTTP/") && is_digit(word[5]) && word[6] == '.' && is_digit(word[7]);
}

refusal explain(const beast::error_code& ec, std::string_view head, const fields_type& fields) {
  const bool length_trouble = ec == http::error::bad_content_length || ec == http::error::multiple_content_length;
  if (ec == http::error::bad_transfer_encoding) return no_body;
  if (length_trouble && fields.count(http::field::transfer_encoding) != 0) return no_body;
  if (length_trouble) return {400, "The Content-Length is invalid."};
  if (ec == http::error::bad_version && names_a_version(head))
    return {505, "Only HTTP/1.1 and HTTP/1.0 are supported."};
  if (ec == http::error::bad_version || ec == http::error::bad_method || ec == http::error::bad_target)
    return {400, "The request line must be: METHOD /path HTTP/1.1."};
  return {400, "A request header is malformed."};
}

std::optional<refusal> judge_body(const fields_type& fields) {
  if (fields.count(http::field::transfer_encoding) != 0) return no_body;
  const auto lengths = fields.count(http::field::content_length);
  if (lengths > 1) return refusal{400, "The Content-Length is invalid."};
  if (lengths == 0) return std::nullopt;
  const auto digits = view(fields[http::field::content_length]);
  if (digits.find_first_not_of('0') == std::string_view::npos) return std::nullopt;
  if (digits.find_first_not_of("0123456789") == std::string_view::npos) return no_body;
  return refusal{400, "The Content-Length is invalid."};
}

// Characters of an authority (RFC 3986, 3.2), without the userinfo that RFC 9110, 4.2.4 forbids.
bool is_authority(std::string_view s) {
  constexpr std::string_view allowed =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~!$&'()*+,;=:[]%";
  return s.find_first_not_of(allowed) == std::string_view::npos;
}

std::optional<refusal> judge_host(const fields_type& fields) {
  const auto hosts = fields.count(http::field::host);
  if (hosts > 1) return refusal{400, "There is more than one Host header."};
  if (hosts == 0 && fields.version() >= 11) return refusal{400, "The Host header is missing."};
  if (!is_authority(view(fields[http::field::host]))) return refusal{400, "The Host header is malformed."};
  return std::nullopt;
}

std::variant<std::string, refusal> origin_form(std::string_view target) {
  if (target.find('#') != std::string_view::npos) return bad_target;
  if (target.starts_with('/')) return std::string(target);
  std::string_view rest;
  for (const std::string_view scheme : {"http://", "https://"})
    if (beast::iequals(target.substr(0, scheme.size()), scheme)) rest = target.substr(scheme.size());
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  if (end == 0 || !is_authority(rest.substr(0, end))) return bad_target;
  const auto path = rest.substr(end);
  return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
}

// Repeated list headers are equivalent to one with commas (RFC 9110, 5.3).
std::string joined(const fields_type& fields, http::field name) {
  std::string out;
  const auto [first, last] = fields.equal_range(name);
  for (auto it = first; it != last; ++it) {
    if (it != first) out += ", ";
    out += view(it->value());
  }
  return out;
}

std::variant<request_head, refusal> judge(const parser_type& parser) {
  const auto& fields = parser.get();
  if (auto why = judge_body(fields)) return *why;
  if (auto why = judge_host(fields)) return *why;
  if (fields.count(http::field::expect) != 0) return refusal{400, "Expect is not supported: requests have no body."};
  if (fields.count(http::field::authorization) > 1) return refusal{400, "There is more than one Authorization header."};
  const auto method = view(fields.method_string());
  const auto sent_target = view(fields.target());
  if (method == "CONNECT") return refusal{405, "CONNECT is not supported: this is not a proxy."};
  if (method == "OPTIONS" && sent_target == "*") return refusal{405, "OPTIONS * is not supported: use a path."};
  auto target = origin_form(sent_target);
  if (auto* why = std::get_if<refusal>(&target)) return *why;
  request_head head;
  head.method = method;
  head.target = std::get<std::string>(std::move(target));
  head.accept = joined(fields, http::field::accept);
  head.accept_encoding = joined(fields, http::field::accept_encoding);
  head.authorization = view(fields[http::field::authorization]);
  head.keep_alive = parser.keep_alive();
  head.http_1_0 = fields.version() < 11;
  return head;
}

}  // namespace

std::variant<request_head, refusal> parse_request_head(std::string_view head) {
  parser_type parser;
  // The length is limited before. Beast's own limits would hide which rule was broken.
  parser.header_limit(static_cast<std::uint32_t>(head.size()) + 1);
  parser.body_limit(boost::none);
  beast::error_code ec;
  const auto used = parser.put(boost::asio::buffer(head), ec);
  if (ec) return explain(ec, head, parser.get());
  if (!parser.is_header_done() || used != head.size()) return refusal{400, "The request head is malformed."};
  return judge(parser);
}

}  // namespace telltale
