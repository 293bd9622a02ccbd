// Parses the response to a small HTTP request from the bytes received so far.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace telltale {

struct http_reply {
  int status = 0;
  std::string body;
  friend bool operator==(const http_reply&, const http_reply&) = default;
};

/// The size limit of head and body. The response of a gate has at most 10 KiB.
inline constexpr std::size_t longest_reply = 64 * 1024;

/// Empty when more bytes are needed; `ended`: the stream has ended. Throws std::runtime_error with half a sentence when
/// the bytes are not HTTP/1.x, are incomplete, or too many. A chunked body is not decoded: the text is empty, and only
/// the status is used.
std::optional<http_reply> parse_reply(std::string_view received, bool ended);

}  // namespace telltale
