// Words for the protocols that lib/net recognises, and for other versions of HTTP.
#include "http/first_bytes.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "net/explain.hpp"
#include "net/spoken_protocol.hpp"

namespace telltale::http {

using net::begins;

finding speaks_tls(const client_words& words) {
  return net::failure(reason::protocol, fmt::format("the server speaks TLS on this port: the URL should start with {}",
                                                    words.secure_scheme));
}

finding judge_first_bytes(std::string_view bytes, const client_words& words) {
  constexpr std::string_view http = "HTTP/";
  if (bytes.empty()) return {};
  if (net::agrees(bytes, http)) {
    // The version comes first: it stands before the end of the line, so the finding does not depend on segmentation.
    const char version = bytes.size() > http.size() ? bytes[http.size()] : '1';
    if (version >= '2' && version <= '9')
      return net::failure(reason::protocol, fmt::format("the server answered in HTTP/{}, {}", version, words.needs));
    const auto line_end = bytes.find('\n');
    if (line_end != std::string_view::npos && bytes[line_end - 1] != '\r')
      return net::failure(reason::protocol, "the lines of the reply end with LF instead of CRLF, which HTTP/1.1 needs");
    return {};
  }
  const auto tls = net::begins_tls(bytes), http2 = net::begins_http2(bytes);
  if (tls == begins::yes) return speaks_tls(words);
  if (http2 == begins::yes)
    return net::failure(reason::protocol, fmt::format("the server speaks HTTP/2 on this port, {}", words.needs));
  const auto other = net::recognise(bytes);
  if (other.answer == begins::yes)
    return net::failure(reason::protocol, fmt::format("the server speaks {} on this port, not HTTP", other.protocol));
  if (tls == begins::maybe || http2 == begins::maybe || other.answer == begins::maybe) return {};
  const bool is_body = bytes[0] == '<' || bytes[0] == '{';
  return net::failure(reason::protocol, is_body ? "the server sent a body without an HTTP header, as in HTTP/0.9"
                                                : "the server does not speak HTTP");
}

bool says_that_tls_is_spoken(std::string_view body) {
  static constexpr std::string_view phrases[] = {"http request was sent to https port",
                                                 "http request to an https server",
                                                 "http to an ssl-enabled server port", "host and port requires tls"};
  const auto lowered = lower(body);
  return std::ranges::any_of(phrases, [&](std::string_view p) { return lowered.find(p) != std::string::npos; });
}

}  // namespace telltale::http
