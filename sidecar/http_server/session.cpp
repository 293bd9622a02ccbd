// Implements the session: requests in, responses out.
#include "http_server/session.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <utility>
#include <variant>

#include "log/log.hpp"

namespace telltale {
namespace {

constexpr std::size_t first_read_bytes = 512;  // larger than a typical probe's request
constexpr std::size_t copied_bytes = 1024;     // larger than most gate responses

}  // namespace

session::session(http_service& service, bool loopback, std::size_t listener)
    : service_(service), loopback_(loopback), listener_(listener) {}

std::span<char> session::room() {
  const auto wanted = std::min(service_.limits.header_bytes, std::max(first_read_bytes, 2 * used_));
  if (bytes_.size() < wanted) bytes_.resize(wanted);
  return std::span(bytes_).subspan(used_);
}

void session::received(std::size_t bytes) { used_ += bytes; }

void session::consume(std::size_t bytes) {
  std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(bytes), bytes_.begin() + static_cast<std::ptrdiff_t>(used_),
            bytes_.begin());
  used_ -= bytes;
  scanner_ = {};
  if (used_ == 0 && bytes_.size() > first_read_bytes) bytes_ = {};  // saves memory for thousands of idle connections
}

// Ignores one empty line before a request (RFC 9112, 2.2), but no endless sequence of them.
void session::skip_empty_line() {
  if (skipped_empty_line_ || !std::string_view(bytes_).substr(0, used_).starts_with("\r\n")) return;
  skipped_empty_line_ = true;
  consume(2);
}

std::optional<outgoing> session::next(bool last) {
  if (ended_ || used_ == 0) return std::nullopt;
  skip_empty_line();
  const auto arrived = std::string_view(bytes_).substr(0, used_);
  const auto found = scanner_.scan(arrived);
  if (const auto* why = std::get_if<refusal>(&found)) return refuse(*why);
  if (std::holds_alternative<head_scanner::incomplete>(found)) {
    if (used_ >= service_.limits.header_bytes) return refuse({431, "The request head is too large."});
    return std::nullopt;
  }
  const auto length = std::get<head_scanner::complete>(found).length;
  const auto parsed = parse_request_head(arrived.substr(0, length));
  if (const auto* why = std::get_if<refusal>(&parsed)) return refuse(*why);
  consume(length);
  return answer(std::get<request_head>(parsed), last);
}

outgoing session::answer(const request_head& asked, bool last) {
  skipped_empty_line_ = false;
  ++answered_;
  ended_ = last || !asked.keep_alive || answered_ >= service_.limits.requests_per_connection;
  // HTTP/1.0 closes by default, HTTP/1.1 keeps the connection.
  const std::string_view connection = ended_ ? "close" : asked.http_1_0 ? "keep-alive" : "";
  auto out = compose(ask(asked), asked.method != "HEAD", connection);
  out.peer_is_done = !asked.keep_alive && idle();
  return out;
}

outgoing session::compose(const reply& answer, bool with_body, std::string_view connection) {
  outgoing out;
  out.status = answer.status;
  out.head =
      response_head(answer, answer.body ? answer.body->size() : 0, connection, service_.date.at(std::time(nullptr)));
  out.closes = connection == "close";
  if (!with_body || !answer.body) return out;
  if (answer.body->size() <= copied_bytes) out.head += *answer.body;  // sending one buffer is cheaper than two
  else out.body = answer.body;
  return out;
}

reply session::ask(const request_head& head) const {
  request question{head.method,        head.target, head.accept, head.accept_encoding,
                   head.authorization, loopback_,   listener_};
  try {
    return service_.answer(question);
  } catch (const std::exception& e) {
    log(log_level::error, "answering a request failed", {{"error", std::string_view(e.what())}});
  }
  return router::refusal(500, "Internal error; see the log.");
}

outgoing session::refuse(const refusal& why) {
  ended_ = true;
  const bool with_body = !std::string_view(bytes_).substr(0, used_).starts_with("HEAD ");
  ++service_.refusals[why.status];
  return compose(router::refusal(why.status, why.sentence), with_body, "close");
}

}  // namespace telltale
