// Recognises by its first bytes a server that does not speak HTTP/1.
#include <doctest/doctest.h>

#include "http/first_bytes.hpp"

using namespace telltale;
using namespace telltale::http;
using namespace std::string_view_literals;

TEST_CASE("first bytes: too few decide nothing, and other protocols are named") {
  struct row {
    std::string_view bytes;
    std::string_view words;
  };
  const row rows[] = {
      {"", ""},
      {"H", ""},
      {"HTTP/1.1 101", ""},
      {"\x15", ""},
      {"\0\0"sv, ""},
      {"S", ""},
      {"\x4a\0\0"sv, ""},
      {"HTTP/1.1 200 OK\r\nA: b\n", ""},
      {"<", ""},
      {"ICY", ""},
      {"HTTP/1.1 200 OK\n", "the lines of the reply end with LF instead of CRLF, which HTTP/1.1 needs"},
      {"\n\n", "the server does not speak HTTP"},
      {"ICY 200 OK\r\n", "the server speaks SHOUTcast on this port, not HTTP"},
      {"<html>", "the server sent a body without an HTTP header, as in HTTP/0.9"},
      {"{\"status\":\"UP\"}", "the server sent a body without an HTTP header, as in HTTP/0.9"},
      {"SSH-2.0-OpenSSH", "the server speaks SSH on this port, not HTTP"},
      {"\x4a\0\0\0\x0a"sv, "the server speaks the protocol of MySQL on this port, not HTTP"},
      {"hello", "the server does not speak HTTP"},
      {"SS?", "the server does not speak HTTP"},
      {"\x15\x03\x01", "the server speaks TLS on this port: the URL should start with https://"},
      {"HTTP/2 200", "the server answered in HTTP/2, this check uses HTTP/1.1"},
      {"HTTP/2.1 200\n", "the server answered in HTTP/2, this check uses HTTP/1.1"},
      {"\0\0\x06\x04\0\0\0\0\0"sv, "the server speaks HTTP/2 on this port, this check uses HTTP/1.1"},
      {"PRI * HTTP/2.0\r\n", "the server speaks HTTP/2 on this port, this check uses HTTP/1.1"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.words);
    const auto found = judge_first_bytes(r.bytes);
    CHECK(found.sentence == r.words);
    CHECK(found.reason == (r.words.empty() ? reason::ok : reason::protocol));
    std::string first;  // however the bytes arrive
    for (std::size_t n = 1; n <= r.bytes.size() && first.empty(); ++n)
      first = judge_first_bytes(r.bytes.substr(0, n)).sentence;
    CHECK(first == r.words);
  }
  CHECK(judge_first_bytes("\x15\x03\x01", {"wss://", ""}).sentence.ends_with("wss://"));
}

TEST_CASE("first bytes: the body of a 400 tells that TLS is expected") {
  CHECK(says_that_tls_is_spoken("<h1>400 The plain HTTP request was sent to HTTPS port</h1>"));
  CHECK(says_that_tls_is_spoken("Client sent an HTTP request to an HTTPS server.\n"));
  CHECK_FALSE(says_that_tls_is_spoken("<h1>400 Bad Request</h1>"));
}
