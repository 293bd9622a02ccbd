// Implements the scanner and the parser of request heads.
#include "http_server/request_head.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/ascii.hpp"
#include "base/words.hpp"

namespace telltale {
namespace {

// The first byte of every TLS record of a handshake (RFC 8446, 5.1).
constexpr char tls_handshake = 0x16;

constexpr refusal no_body{413, "Requests must not have a body."};
constexpr refusal bad_length{400, "The Content-Length is invalid."};
constexpr refusal bad_line{400, "The request line must be: METHOD /path HTTP/1.1."};
constexpr refusal bad_target{400, "The request target must be a path, e.g. /ready."};
constexpr refusal bad_header{400, "A request header is malformed."};

/// The headers that this server evaluates.
struct fields {
  std::string_view host;
  std::string_view content_length;
  std::string_view authorization;
  std::string accept;
  std::string accept_encoding;
  int hosts = 0;
  int lengths = 0;
  int authorizations = 0;
  bool has_transfer_encoding = false;
  bool expects = false;
  bool close = false;
  bool keep_alive = false;
};

// Repeated list headers are equivalent to one with commas (RFC 9110, 5.3).
void append(std::string& list, std::string_view more) {
  if (!list.empty()) list += ", ";
  list += more;
}

bool read_connection(std::string_view list, fields& out) {
  while (!list.empty()) {
    const auto option = trimmed(take_until(list, ','));
    if (!option.empty() && !is_token(option)) return false;
    if (equal_ignoring_case(option, "close")) out.close = true;
    if (equal_ignoring_case(option, "keep-alive")) out.keep_alive = true;
  }
  return true;
}

bool read_field(std::string_view line, fields& out) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const auto value = trimmed(line.substr(colon + 1));
  const auto is = [name = line.substr(0, colon)](std::string_view wanted) { return equal_ignoring_case(name, wanted); };
  if (is("Connection")) return read_connection(value, out);
  if (is("Host")) out.host = value, ++out.hosts;
  if (is("Accept")) append(out.accept, value);
  if (is("Accept-Encoding")) append(out.accept_encoding, value);
  if (is("Authorization")) out.authorization = value, ++out.authorizations;
  if (is("Content-Length")) out.content_length = value, ++out.lengths;
  if (is("Transfer-Encoding")) out.has_transfer_encoding = true;
  if (is("Expect")) out.expects = true;
  return true;
}

// `HTTP/2.0` names an unsupported version; `JUNK` names no version.
std::optional<refusal> judge_version(std::string_view word) {
  if (word == "HTTP/1.1" || word == "HTTP/1.0") return std::nullopt;
  const bool named =
      word.size() == 8 && word.starts_with("HTTP/") && is_digit(word[5]) && word[6] == '.' && is_digit(word[7]);
  return named ? refusal{505, "Only HTTP/1.1 and HTTP/1.0 are supported."} : bad_line;
}

std::optional<refusal> judge_body(const fields& given) {
  if (given.has_transfer_encoding) return no_body;
  if (given.lengths == 0) return std::nullopt;
  const bool digits = !given.content_length.empty() && std::ranges::all_of(given.content_length, is_digit);
  const auto length = digits ? number_in<std::uint64_t>(given.content_length) : std::nullopt;
  if (given.lengths > 1 || !length) return bad_length;
  return *length == 0 ? std::nullopt : std::optional(no_body);
}

// Characters of an authority (RFC 3986, 3.2), without the userinfo that RFC 9110, 4.2.4 forbids.
bool is_authority(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || std::string_view("-._~!$&'()*+,;=:[]%").find(c) != std::string_view::npos;
  });
}

std::optional<refusal> judge_fields(const fields& given, bool http_1_0) {
  if (auto why = judge_body(given)) return why;
  if (given.hosts > 1) return refusal{400, "There is more than one Host header."};
  if (given.hosts == 0 && !http_1_0) return refusal{400, "The Host header is missing."};
  if (!is_authority(given.host)) return refusal{400, "The Host header is malformed."};
  if (given.expects) return refusal{400, "Expect is not supported: requests have no body."};
  if (given.authorizations > 1) return refusal{400, "There is more than one Authorization header."};
  return std::nullopt;
}

std::optional<std::string> origin_form(std::string_view target) {
  if (target.find('#') != std::string_view::npos) return std::nullopt;
  if (target.starts_with('/')) return std::string(target);
  std::string_view rest;
  for (const std::string_view scheme : {"http://", "https://"})
    if (equal_ignoring_case(target.substr(0, scheme.size()), scheme)) rest = target.substr(scheme.size());
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  if (end == 0 || !is_authority(rest.substr(0, end))) return std::nullopt;
  const auto path = rest.substr(end);
  return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
}

std::string_view take_line(std::string_view& head) {
  const auto line = head.substr(0, head.find('\r'));
  head.remove_prefix(line.size() + 2);
  return line;
}

}  // namespace

const char* head_scanner::objection(std::string_view text) const {
  const bool in_request_line = line_ == 0;
  if (checked_ == line_ && !text.empty()) {
    if (in_request_line && text[0] == tls_handshake)
      return "This port speaks plain HTTP, not TLS: use http:// instead of https://.";
    if (in_request_line && !is_token(text.substr(0, 1)))
      return "This is not an HTTP request: it does not begin with a method.";
    if (text[0] == ' ' || text[0] == '\t') return "A header must not be continued on a second line.";
  }
  const auto unusual = [](char c) { return is_control(c) || static_cast<unsigned char>(c) >= 0x80; };
  for (auto at = std::ranges::find_if(text, unusual); at != text.end();
       at = std::find_if(at + 1, text.end(), unusual)) {
    if (*at == '\r') return "A carriage return must be followed by a line feed.";
    if (in_request_line && *at == '\t') return "The request line contains a tab.";
    if (is_control(*at) && *at != '\t') return "The request head contains a control character.";
    if (in_request_line) return "The request target must be ASCII: percent-encode other bytes.";
  }
  return nullptr;
}

head_scanner::result head_scanner::scan(std::string_view bytes) {
  for (;;) {
    const auto line_feed = bytes.find('\n', checked_);
    const auto arrived = bytes.substr(checked_, line_feed - checked_);
    const auto text = arrived.substr(0, arrived.size() - (arrived.ends_with('\r') ? 1 : 0));
    if (const char* sentence = objection(text)) return refusal{400, sentence};
    checked_ += text.size();
    if (line_feed == std::string_view::npos) return incomplete{};
    if (checked_ == line_feed) return refusal{400, "Lines must end in CR LF, not in LF alone."};
    if (checked_ == 0) return refusal{400, "This is not an HTTP request: it does not begin with a method."};
    if (checked_ == line_) return complete{line_feed + 1};
    line_ = checked_ = line_feed + 1;
  }
}

std::variant<request_head, refusal> parse_request_head(std::string_view head) {
  const auto line = take_line(head);
  auto rest = line;
  const auto method = take_until(rest, ' ');
  const auto target = take_until(rest, ' ');
  if (!is_token(method) || target.empty()) return bad_line;
  if (auto why = judge_version(rest)) return *why;
  fields given;
  while (!head.starts_with('\r'))
    if (!read_field(take_line(head), given)) return bad_header;
  const bool http_1_0 = rest == "HTTP/1.0";
  if (auto why = judge_fields(given, http_1_0)) return *why;
  if (method == "CONNECT") return refusal{405, "CONNECT is not supported: this is not a proxy."};
  if (method == "OPTIONS" && target == "*") return refusal{405, "OPTIONS * is not supported: use a path."};
  auto path = origin_form(target);
  if (!path) return bad_target;
  const bool keep_alive = !given.close && (!http_1_0 || given.keep_alive);
  return request_head{std::string(method),
                      *std::move(path),
                      std::move(given.accept),
                      std::move(given.accept_encoding),
                      std::string(given.authorization),
                      keep_alive,
                      http_1_0};
}

}  // namespace telltale
