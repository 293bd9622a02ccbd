#include "http_server/request_head.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using telltale::parse_request_head;
using telltale::refusal;
using telltale::request_head;

namespace {

// "status", or "method target" with a "+" when the connection is kept alive.
std::string judged(const std::string& head) {
  const auto parsed = parse_request_head(head);
  if (const auto* why = std::get_if<refusal>(&parsed)) {
    CHECK(why->sentence.size() > 10);
    return std::to_string(why->status);
  }
  const auto& taken = std::get<request_head>(parsed);
  return taken.method + " " + taken.target + (taken.keep_alive ? " +" : "");
}

struct row {
  std::string lines;  ///< without the last two line ends
  const char* expected;
};

const std::vector<row> rows = {
    // Ordinary requests.
    {"GET /health HTTP/1.1\r\nHost: a", "GET /health +"},
    {"HEAD /ready?verbose HTTP/1.1\r\nHost: a:9640", "HEAD /ready?verbose +"},
    {"GET / HTTP/1.1\r\nhOsT: [::1]:9640", "GET / +"},
    {"GET / HTTP/1.1\r\nHost:", "GET / +"},
    {"get / HTTP/1.1\r\nHost: a", "get / +"},
    {"BREW / HTTP/1.1\r\nHost: a", "BREW / +"},
    {"GET /%00%ff HTTP/1.1\r\nHost: a", "GET /%00%ff +"},
    {"GET //a/../b HTTP/1.1\r\nHost: a", "GET //a/../b +"},
    // Persistence.
    {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close", "GET /"},
    {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE", "GET /"},
    {"GET / HTTP/1.0", "GET /"},
    {"GET / HTTP/1.0\r\nConnection: Keep-Alive", "GET / +"},
    // RFC 9112, 3.2.2: absolute form.
    {"GET http://a/ready HTTP/1.1\r\nHost: a", "GET /ready +"},
    {"GET HTTPS://a:1/ready?x=1 HTTP/1.1\r\nHost: a", "GET /ready?x=1 +"},
    {"GET http://a HTTP/1.1\r\nHost: a", "GET / +"},
    {"GET http://a?x HTTP/1.1\r\nHost: a", "GET /?x +"},
    {"GET http:///ready HTTP/1.1\r\nHost: a", "400"},
    {"GET http://user@a/ HTTP/1.1\r\nHost: a", "400"},
    {"GET ftp://a/ HTTP/1.1\r\nHost: a", "400"},
    {"GET http: HTTP/1.1\r\nHost: a", "400"},
    // Other targets.
    {"GET ready HTTP/1.1\r\nHost: a", "400"},
    {"GET * HTTP/1.1\r\nHost: a", "400"},
    {"GET /a#b HTTP/1.1\r\nHost: a", "400"},
    {"OPTIONS * HTTP/1.1\r\nHost: a", "405"},
    {"CONNECT a:443 HTTP/1.1\r\nHost: a", "405"},
    // Host.
    {"GET / HTTP/1.1", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: a", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nhost: b", "400"},
    {"GET / HTTP/1.0\r\nHost: a\r\nHost: b", "400"},
    {"GET / HTTP/1.1\r\nHost: a b", "400"},
    {"GET / HTTP/1.1\r\nHost: a/b", "400"},
    {"GET / HTTP/1.1\r\nHost: a@b", "400"},
    {"GET / HTTP/1.1\r\nHost: \xc3\xa4", "400"},
    // Bodies, and all ways to hide one.
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5", "413"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999", "413"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0", "GET / +"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 00", "GET / +"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +0", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length:", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5", "400"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked", "413"},
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip", "413"},
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:", "413"},
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity", "413"},
    {"GET / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked, gzip", "413"},
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "413"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", "413"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", "413"},
    {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked", "413"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue", "413"},
    {"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue", "400"},
    // Malformed lines.
    {"GET / HTTP/1.1\r\nHost : a", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nno colon here", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\n: empty", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nB\xc3\xa4: x", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nConnection: ,;\"", "400"},
    {"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAuthorization: y", "400"},
    {"GET  / HTTP/1.1\r\nHost: a", "400"},
    {"GET /  HTTP/1.1\r\nHost: a", "400"},
    {"GET /a b HTTP/1.1\r\nHost: a", "400"},
    {"GET / HTTP/1.1 \r\nHost: a", "400"},
    {"GET /", "400"},
    {"GET", "400"},
    {"G=T / HTTP/1.1\r\nHost: a", "400"},
    // Versions.
    {"GET / HTTP/2.0\r\nHost: a", "505"},
    {"PRI * HTTP/2.0", "505"},
    {"GET / HTTP/1.2\r\nHost: a", "505"},
    {"GET / HTTP/0.9\r\nHost: a", "505"},
    {"GET / http/1.1\r\nHost: a", "400"},
    {"GET / HTTP/11\r\nHost: a", "400"},
    {"GET / HTTP/1.10\r\nHost: a", "400"},
    {"GET / FTP/1.1\r\nHost: a", "400"},
};

}  // namespace

TEST_CASE("request_head: each row is parsed or refused with its status") {
  for (const auto& each : rows) {
    CAPTURE(each.lines);
    CHECK(judged(each.lines + "\r\n\r\n") == each.expected);
  }
}

TEST_CASE("request_head: the headers that routes use are passed on, repeated lists joined") {
  const auto parsed = parse_request_head(
      "GET / HTTP/1.0\r\nAccept: text/plain\r\nACCEPT: */*;q=0.1\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer "
      "x\r\n\r\n");
  REQUIRE(std::holds_alternative<request_head>(parsed));
  const auto& head = std::get<request_head>(parsed);
  CHECK(head.accept == "text/plain, */*;q=0.1");
  CHECK(head.accept_encoding == "gzip");
  CHECK(head.authorization == "Bearer x");
  CHECK(head.http_1_0);
}
