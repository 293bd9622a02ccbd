// Parses a subset of RFC 9112: a head, Content-Length, a body.
#include "client/http_reply.hpp"

#include <stdexcept>

#include <telltale/units.hpp>

#include "client/connection_closed.hpp"
#include "net/http_head.hpp"

namespace telltale {

std::optional<http_reply> parse_reply(std::string_view received, bool ended) {
  constexpr std::string_view opening = "HTTP/1.";
  if (!opening.starts_with(received.substr(0, opening.size()))) throw std::runtime_error("the response is not HTTP");
  if (received.size() > longest_reply) throw std::runtime_error("the response is too long for a gate");
  const auto length_of_head = net::head_length(received);
  if (length_of_head == 0) {
    if (ended) throw connection_closed("the connection was closed without an answer");
    return std::nullopt;
  }
  const auto head = net::parse_reply_head(received.substr(0, length_of_head));
  if (!head) throw std::runtime_error("the response is not HTTP");
  http_reply out{static_cast<int>(head->status), ""};
  if (head->value("transfer-encoding")) return out;

  const auto body = received.substr(length_of_head);
  const auto length_text = head->value("content-length");
  if (!length_text && !ended) return std::nullopt;
  const auto length = length_text ? parse_count(*length_text) : body.size();
  if (!length) throw std::runtime_error("the response has an invalid Content-Length");
  if (body.size() < *length && ended) throw std::runtime_error("the response is incomplete");
  if (body.size() < *length) return std::nullopt;
  out.body = body.substr(0, *length);
  return out;
}

}  // namespace telltale
