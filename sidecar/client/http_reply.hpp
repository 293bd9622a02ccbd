// The answer to a small HTTP request, from the bytes received so far.
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

/// Head and body together. A gate answers with at most 10 KiB.
inline constexpr std::size_t longest_reply = 64 * 1024;

/// Nothing when more bytes are needed; `ended` says that none will come. Throws std::runtime_error with half a
/// sentence when the bytes are not HTTP/1.x, are cut short, or are too many. A chunked body is not read: its text is
/// left empty, the status counts.
std::optional<http_reply> parse_reply(std::string_view received, bool ended);

}  // namespace telltale
