// Builds HTTP/1 request heads and parses reply heads (RFC 9112), for every client in this program. No I/O.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace telltale::net {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// A request's head with its empty line. Sends `User-Agent: telltale/VERSION` unless `headers` has another. The
/// arguments are not validated: names must be tokens, and no value may have control characters.
std::string write_request_head(std::string_view method, std::string_view target, std::string_view host,
                               const header_list& headers);

/// Longer heads of replies are rejected. Many cookies and a Content-Security-Policy exceed 8 KiB; Envoy accepts 60 KiB.
inline constexpr std::size_t max_head = 64 * 1024;

/// Length of the head at the front of `bytes` including its empty line; 0 while it is incomplete. `searched`: the bytes
/// in which an earlier call has found no end.
std::size_t head_length(std::string_view bytes, std::size_t searched = 0);

/// A reply's status line and header fields; a view of the bytes it was read from.
struct reply_head {
  struct field {
    std::string_view name;
    std::string_view value;  ///< without surrounding blanks
  };
  unsigned status = 0;  ///< 100 to 999
  bool http_1_0 = false;
  std::vector<field> fields;

  std::vector<std::string_view> values(std::string_view name) const;
  /// Of the first field of that name.
  std::optional<std::string_view> value(std::string_view name) const;
  /// Whether one of the comma-separated lists of that name has the token, in any case.
  bool has_token(std::string_view name, std::string_view token) const;
};

/// Parses one complete head, as measured by `head_length`. Empty if it is not valid HTTP/1: folded lines, lines that
/// end with LF alone, names that are not tokens, control characters. The reason phrase is optional.
std::optional<reply_head> parse_reply_head(std::string_view head);

}  // namespace telltale::net
