// Recognises TLS, HTTP/2 and other HTTP versions, with one function per protocol.
#include "http/first_bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "net/explain.hpp"

namespace telltale::http {
namespace {

enum class answer { no, maybe, yes };

answer is_tls(std::string_view bytes) {
  if (bytes.size() == 1) return bytes[0] == 0x15 || bytes[0] == 0x16 ? answer::maybe : answer::no;
  return is_tls_record(bytes) ? answer::yes : answer::no;
}

/// RFC 9113: a server starts with a SETTINGS frame (section 3.4) or sends GOAWAY, both on stream 0. An echo server
/// returns the client preface.
answer is_http2(std::string_view bytes) {
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n";
  constexpr std::size_t head = 9;
  constexpr unsigned settings = 4, goaway = 7;
  if (agrees(bytes, preface)) return bytes.size() >= preface.size() ? answer::yes : answer::maybe;
  if (bytes[0] != 0) return answer::no;  // the length of these frames is far below 65,536
  if (bytes.size() > 3 && byte_at(bytes, 3) != settings && byte_at(bytes, 3) != goaway) return answer::no;
  if (bytes.size() < head) return answer::maybe;
  const auto length = byte_at(bytes, 1) << 8 | byte_at(bytes, 2);
  const bool fits = byte_at(bytes, 3) == settings ? length % 6 == 0 : length >= 8;
  return fits && bytes.substr(4, 5) == std::string_view("\0\0\0\0\0", 5) ? answer::yes : answer::no;
}

}  // namespace

finding speaks_tls(const client_words& words) {
  return net::failure(reason::protocol, fmt::format("the server speaks TLS on this port: the URL should start with {}",
                                                    words.secure_scheme));
}

finding judge_first_bytes(std::string_view bytes, const client_words& words) {
  constexpr std::string_view http = "HTTP/";
  if (bytes.empty()) return {};
  if (agrees(bytes, http)) {
    const char version = bytes.size() > http.size() ? bytes[http.size()] : '1';
    if (version < '2' || version > '9') return {};
    return net::failure(reason::protocol, fmt::format("the server answered in HTTP/{}, {}", version, words.needs));
  }
  const auto tls = is_tls(bytes);
  if (tls == answer::yes) return speaks_tls(words);
  const auto http2 = is_http2(bytes);
  if (http2 == answer::yes)
    return net::failure(reason::protocol, fmt::format("the server speaks HTTP/2 on this port, {}", words.needs));
  if (tls == answer::maybe || http2 == answer::maybe) return {};
  return net::failure(reason::protocol, "the server does not speak HTTP");
}

bool says_that_tls_is_spoken(std::string_view body) {
  static constexpr std::string_view phrases[] = {"http request was sent to https port",
                                                 "http request to an https server",
                                                 "http to an ssl-enabled server port", "host and port requires tls"};
  const auto lowered = lower(body);
  return std::ranges::any_of(phrases, [&](std::string_view p) { return lowered.find(p) != std::string::npos; });
}

}  // namespace telltale::http
