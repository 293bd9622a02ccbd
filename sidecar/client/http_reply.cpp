// Just enough of RFC 9112: a status line, Content-Length, a body.
#include "client/http_reply.hpp"

#include <algorithm>
#include <stdexcept>

#include <telltale/units.hpp>

#include "base/ascii.hpp"
#include "base/words.hpp"
#include "client/connection_cut.hpp"

namespace telltale {
namespace {

/// `HTTP/1.1 200 OK`; 0 when it is not.
int status_of(std::string_view line) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return 0;
  const auto code = parse_count(line.substr(9, 3));
  return code && *code >= 100 && (line.size() == 12 || line[12] == ' ') ? static_cast<int>(*code) : 0;
}

/// The value of a header field, or nothing.
std::optional<std::string> field(std::string_view head, std::string_view wanted) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - (at + 2));
    if (const auto colon = line.find(':');
        colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), wanted))
      return std::string(trimmed(line.substr(colon + 1)));
  }
  return std::nullopt;
}

}  // namespace

std::optional<http_reply> parse_reply(std::string_view received, bool ended) {
  constexpr std::string_view opening = "HTTP/1.";
  if (!opening.starts_with(received.substr(0, opening.size()))) throw std::runtime_error("the answer is not HTTP");
  if (received.size() > longest_reply) throw std::runtime_error("the answer is too long for a gate");
  const auto end = received.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (ended) throw connection_cut("the connection was closed without an answer");
    return std::nullopt;
  }
  const auto head = received.substr(0, end);
  http_reply out;
  out.status = status_of(head.substr(0, head.find("\r\n")));
  if (out.status == 0) throw std::runtime_error("the answer is not HTTP");
  if (field(head, "transfer-encoding")) return out;

  const auto body = received.substr(end + 4);
  const auto length_text = field(head, "content-length");
  if (!length_text && !ended) return std::nullopt;
  const auto length = length_text ? parse_count(*length_text) : body.size();
  if (!length) throw std::runtime_error("the answer has a senseless length");
  if (body.size() < *length && ended) throw std::runtime_error("the answer was cut short");
  if (body.size() < *length) return std::nullopt;
  out.body = body.substr(0, *length);
  return out;
}

}  // namespace telltale
