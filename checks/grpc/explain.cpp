// Implements the mapping with one table per kind of status. Causes are possible ones unless the status defines them.
#include "grpc/explain.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "http/status.hpp"
#include "http/unexpected_status.hpp"
#include "net/spoken_protocol.hpp"

namespace telltale::grpc {
namespace {

using net::failure;

/// "service 'x'" or "the whole server".
std::string subject(const question& what) {
  if (what.service.empty()) return "the whole server";
  constexpr std::size_t longest = 80;
  return fmt::format("service '{}'", shortened(printable(what.service), longest));
}

finding not_known(std::string_view status, const question& what) {
  const auto hint = what.service.empty() ? "; a healthy server may know its services by name only: set `service`" : "";
  return failure(reason::mismatch, fmt::format("the server does not know {} ({}){}", subject(what), status, hint));
}

struct status_row {
  std::string_view name;
  reason why;
  std::string_view words;
};
/// In the order of their codes, from 1.
constexpr std::array<status_row, 16> status_table{{
    {"CANCELLED", reason::refused, "the server cancelled the call"},
    {"UNKNOWN", reason::refused, "the health service of the server failed"},
    {"INVALID_ARGUMENT", reason::refused, "the server declined the call"},
    {"DEADLINE_EXCEEDED", reason::timeout, "the server could not answer within the time of the call"},
    {"NOT_FOUND", reason::mismatch, ""},
    {"ALREADY_EXISTS", reason::refused, "the server declined the call"},
    {"PERMISSION_DENIED", reason::denied, "the server does not permit the call"},
    {"RESOURCE_EXHAUSTED", reason::overload, "the server has no capacity for the call"},
    {"FAILED_PRECONDITION", reason::refused, "the server declined the call"},
    {"ABORTED", reason::refused, "the server aborted the call"},
    {"OUT_OF_RANGE", reason::refused, "the server declined the call"},
    {"UNIMPLEMENTED", reason::protocol, "the server does not implement grpc.health.v1.Health/Check"},
    {"INTERNAL", reason::refused, "the health service of the server failed"},
    {"UNAVAILABLE", reason::refused, "the server, or a proxy before it, is not available"},
    {"DATA_LOSS", reason::refused, "the health service of the server failed"},
    {"UNAUTHENTICATED", reason::auth, "the server requires other credentials"},
}};

/// What a status means for a call; empty when it says only that this is not a gRPC server.
std::string_view http_status_words(unsigned status, bool retry_after) {
  switch (status) {
    case 401:
      return "the server requires credentials";
    case 403:
      return "the server does not permit the call";
    case 404:
      return "no gRPC service is reachable at this address and authority";
    case 407:
      return "a proxy requires credentials";
    case 429:
      return "too many calls";
    case 503:
      return retry_after ? "the server asks to call again later"
                         : "the server, or the backend of a proxy, is not available";
    case 504:
      return "a proxy received no reply from its backend in time";
    default:
      break;
  }
  if (status >= 500) return "the server, or the backend of a proxy, fails";
  return status >= 300 && status < 400 ? "a redirect, which gRPC does not follow" : "";
}

/// Percent-decodes a grpc-message; what is not a valid escape sequence stays as it is.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

}  // namespace

finding explain_serving(serving_status status, const question& what) {
  switch (status) {
    case serving_status::serving:
      return {};
    case serving_status::not_serving:
      return failure(reason::loading, fmt::format("the server reports NOT_SERVING for {}", subject(what)));
    case serving_status::unknown:
      return failure(reason::mismatch,
                     fmt::format("the server reports UNKNOWN for {}: its status has not been set", subject(what)));
    case serving_status::service_unknown:
      return not_known("SERVICE_UNKNOWN", what);
  }
  return failure(reason::protocol, fmt::format("the server reports the status {} for {}, which grpc.health.v1 does not "
                                               "define",
                                               static_cast<std::int32_t>(status), subject(what)));
}

finding explain_status(unsigned code, std::string_view message, const question& what) {
  constexpr unsigned not_found = 5;
  if (code == 0 || code > status_table.size())
    return failure(reason::protocol, fmt::format("the server ended the call with the unknown grpc-status {}", code));
  const auto& row = status_table[code - 1];
  if (code == not_found) return not_known(row.name, what);
  const auto text = shown_peer_text(decoded(message), what.secrets);
  return failure(row.why, text.empty() ? fmt::format("{} ({})", row.words, row.name)
                                       : fmt::format("{} ({}: '{}')", row.words, row.name, text));
}

finding explain_http_status(unsigned status, bool retry_after) {
  const auto words = http_status_words(status, retry_after);
  const auto why = words.empty() ? reason::protocol : http::reason_of_status(status, retry_after);
  return failure(why, fmt::format("HTTP {} instead of a gRPC reply: {}", http::status_text(status),
                                  words.empty() ? "the server speaks HTTP/2, but not gRPC" : words));
}

finding explain_content_type(std::string_view content_type, const question& what) {
  constexpr std::size_t longest = 60;
  const auto type = content_type.empty()
                        ? "without a content type"
                        : fmt::format("with '{}'", shown_peer_text(content_type, what.secrets, longest));
  return failure(
      reason::protocol,
      fmt::format("the server answered {} instead of application/grpc: it speaks HTTP/2, but not gRPC", type));
}

finding explain_reset(std::uint32_t code, std::string_view name) {
  constexpr std::uint32_t refused_stream = 7, calm = 11, inadequate = 12, http_1_1 = 13;
  const auto because = [&](reason why, std::string_view words) {
    return failure(why, fmt::format("the server reset the call with {}{}", name, words));
  };
  switch (code) {
    case refused_stream:
      return because(reason::refused, ": it did not process it");
    case calm:
      return because(reason::overload, ": too many calls");
    case inadequate:
      return because(reason::tls, ": the TLS connection is not secure enough");
    case http_1_1:
      return because(reason::protocol, ": it requires HTTP/1.1 here");
    default:
      return because(reason::protocol, "");
  }
}

finding explain_goaway(std::uint32_t code, std::string_view name, std::string_view debug, const question& what) {
  constexpr std::uint32_t no_error = 0, calm = 11;
  const auto text = shown_peer_text(debug, what.secrets);
  const auto shown = text.empty() ? std::string(name) : fmt::format("{}: '{}'", name, text);
  const auto why = code == no_error ? reason::refused : code == calm ? reason::overload : reason::protocol;
  const auto hint = code == no_error ? "; it is shutting down or renews its connections" : "";
  return failure(why, fmt::format("the server closes the connection without a reply (GOAWAY {}){}", shown, hint));
}

finding judge_first_bytes(std::string_view bytes, bool complete) {
  constexpr std::string_view http_1 = "HTTP/", frame_of_settings("\x04", 1);
  constexpr std::size_t frame_header = 9, type_at = 3, stream_at = 5;
  if (bytes.empty()) return {};
  if (bytes.starts_with(http_1))
    return failure(reason::protocol, "the server speaks HTTP/1 on this port, and gRPC needs HTTP/2");
  if (net::begins_tls(bytes) == net::begins::yes)
    return failure(reason::protocol, "the server speaks TLS on this port: set `tls: true`");
  if (!complete && bytes.size() < frame_header) return {};
  // RFC 9113 section 3.4: a server starts with SETTINGS, a frame of stream 0.
  const bool settings = bytes.size() >= frame_header && bytes[0] == 0 &&
                        bytes.substr(type_at, 1) == frame_of_settings &&
                        bytes.substr(stream_at, 4) == std::string_view("\0\0\0\0", 4);
  if (settings) return {};
  const auto other = net::recognise(bytes);
  return failure(reason::protocol, other.answer == net::begins::yes
                                       ? fmt::format("the server speaks {} on this port, not HTTP/2", other.protocol)
                                       : "the server does not speak HTTP/2 on this port");
}

}  // namespace telltale::grpc
