// Implements the rules of gRPC over HTTP/2 for the reply to a unary call.
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
#include "grpc/reply.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <telltale/units.hpp>

#include "base/ascii.hpp"
#include "grpc/health_message.hpp"

namespace telltale::grpc {
namespace {

/// "application/grpc", alone or followed by a format ("+proto") or parameters. Not gRPC-Web's "application/grpc-web".
bool is_grpc(std::string_view content_type) {
  constexpr std::string_view wanted = "application/grpc";
  if (!equal_ignoring_case(content_type.substr(0, wanted.size()), wanted)) return false;
  const auto rest = content_type.substr(wanted.size());
  return rest.empty() || std::string_view("+; ").find(rest.front()) != std::string_view::npos;
}

/// The code of a grpc-status; nothing if it is not a number.
std::optional<unsigned> parse_status(std::string_view text) {
  constexpr std::size_t longest = 9;
  if (text.empty() || text.size() > longest || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  unsigned code = 0;
  for (const char c : text) code = code * 10 + static_cast<unsigned>(c - '0');
  return code;
}

unsigned parse_http_status(std::string_view text) { return parse_status(text).value_or(0); }

}  // namespace

void reply::fail(reason why, std::string sentence) { judged_ = net::failure(why, std::move(sentence)); }

void reply::field(std::string_view name, std::string_view value) {
  if (judged_) return;
  constexpr std::size_t overhead = 32;
  headers_ += name.size() + value.size() + overhead;
  if (headers_ > largest_headers) return fail(reason::protocol, "the headers of the reply are longer than 16 KiB");
  if (name == ":status") now_.status = parse_http_status(value);
  else if (name == "content-type") now_.content_type = value;
  else if (name == "grpc-status") now_.grpc_status = value;
  else if (name == "grpc-message") now_.grpc_message = value;
  else if (name == "retry-after") now_.retry_after = true;
}

void reply::end_block(bool last) {
  if (judged_) return;
  const auto got = std::exchange(now_, {});
  if (begun_) return judge_trailers(got);
  if (got.status < 200) return;  // informational: the final header follows
  begun_ = true;
  judge_header(got, last);
}

void reply::judge_header(const block& got, bool last) {
  const bool is_ok = got.status == 200;
  if (got.grpc_status && (last || !is_ok)) return judge_trailers(got);
  if (!is_ok) judged_ = explain_http_status(got.status, got.retry_after);
  else if (!is_grpc(got.content_type)) judged_ = explain_content_type(got.content_type, *what_);
  else if (last) judge_trailers(got);
}

void reply::judge_trailers(const block& got) {
  if (!got.grpc_status) return fail(reason::protocol, "the server ended the call without a grpc-status");
  const auto code = parse_status(*got.grpc_status);
  if (!code) return fail(reason::protocol, "the server ended the call with a grpc-status that is not a number");
  if (*code == 0) return judge_message();
  judged_ = explain_status(*code, got.grpc_message, *what_);
}

void reply::end() {
  if (!judged_) judge_trailers({});
}

void reply::data(std::string_view bytes) {
  if (judged_) return;
  if (!begun_) return fail(reason::protocol, "the server sent data before the header of its reply");
  message_ += bytes;
  if (message_.size() < prefix_size) return;
  const auto prefix = read_prefix(message_);
  if (prefix.flag == 1) fail(reason::protocol, "the server sent a compressed message, which the call does not accept");
  else if (prefix.flag != 0)
    fail(reason::protocol, fmt::format("a message starts with the invalid flag {}", prefix.flag));
  else if (prefix.length > largest_message)
    fail(reason::protocol, fmt::format("the server announced a message of {} (limit 64 KiB)",
                                       human_bytes(static_cast<double>(prefix.length))));
  else if (message_.size() > prefix_size + prefix.length)
    fail(reason::protocol, "the server sent more than one message in reply to a single call");
}

void reply::judge_message() {
  if (message_.empty()) return fail(reason::protocol, "the server ended the call with OK, but without a message");
  const bool complete = message_.size() >= prefix_size && message_.size() == prefix_size + read_prefix(message_).length;
  if (!complete) return fail(reason::protocol, "the server ended the call in the middle of its message");
  const auto status = decode_response(std::string_view(message_).substr(prefix_size));
  if (!status) return fail(reason::protocol, "the server's message is not a valid HealthCheckResponse");
  judged_ = explain_serving(*status, *what_);
}

}  // namespace telltale::grpc
