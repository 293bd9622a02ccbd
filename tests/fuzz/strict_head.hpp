// A second, independent parser of request heads (RFC 9112), for the HTTP fuzz target.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace telltale::fuzz {

struct strict_head {
  std::string_view method;
  std::string_view target;
};

inline bool is_token(std::string_view text) {
  constexpr std::string_view allowed = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

inline std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

inline bool strict_request_line(std::string_view line, strict_head& out, bool& http_1_0) {
  if (std::count(line.begin(), line.end(), ' ') != 2) return false;
  out.method = line.substr(0, line.find(' '));
  const auto version = line.substr(line.rfind(' ') + 1);
  out.target = line.substr(out.method.size() + 1, line.size() - out.method.size() - version.size() - 2);
  http_1_0 = version == "HTTP/1.0";
  const bool printable = std::all_of(out.target.begin(), out.target.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return is_token(out.method) && !out.target.empty() && printable && (http_1_0 || version == "HTTP/1.1");
}

/// Counts headers that must not be repeated, and refuses those that announce a body.
inline bool strict_field(std::string_view line, int& hosts) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const bool clean = std::all_of(line.begin(), line.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u == '\t' || (u >= 0x20 && u != 0x7f);
  });
  const auto name = lower(line.substr(0, colon));
  if (name == "host") ++hosts;
  if (name == "content-length" && line.substr(colon + 1).find_first_not_of("0 \t") != std::string_view::npos)
    return false;
  return clean && name != "transfer-encoding" && name != "expect";
}

/// Takes the next head, after at most one empty line; nothing when it is malformed.
inline std::optional<strict_head> take_strict_head(std::string_view& input) {
  if (input.starts_with("\r\n")) input.remove_prefix(2);
  const auto end = input.find("\r\n\r\n");
  if (end == std::string_view::npos || end + 4 > 8192) return std::nullopt;
  auto rest = input.substr(0, end + 2);
  input.remove_prefix(end + 4);
  strict_head out;
  bool http_1_0 = false;
  int hosts = 0;
  for (bool first = true; !rest.empty(); first = false) {
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    if (first ? !strict_request_line(line, out, http_1_0) : !strict_field(line, hosts)) return std::nullopt;
  }
  if (hosts > 1 || (hosts == 0 && !http_1_0)) return std::nullopt;
  return out;
}

}  // namespace telltale::fuzz
