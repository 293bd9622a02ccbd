// Tests HTTP/1 heads: request heads, reply heads and malformed ones.
#include <doctest/doctest.h>

#include "net/http_head.hpp"

using namespace telltale::net;
using namespace std::string_literals;

TEST_CASE("http head: a request contains the given fields and a User-Agent") {
  CHECK(write_request_head("GET", "/p?q=1", "h:81", {{"Accept", "text/plain"}, {"User-Agent", "mine"}}) ==
        "GET /p?q=1 HTTP/1.1\r\nHost: h:81\r\nAccept: text/plain\r\nUser-Agent: mine\r\n\r\n");
  CHECK(write_request_head("HEAD", "/", "h", {}).find("\r\nUser-Agent: telltale/") != std::string::npos);
}

TEST_CASE("http head: the head ends at the first empty line") {
  CHECK(head_length("HTTP/1.1 101 X\r\nA: b\r\n") == 0);
  CHECK(head_length("A\r\n\r\nB\r\n\r\n") == 5);
  for (std::size_t searched = 0; searched < 5; ++searched) CHECK(head_length("A\r\n\r\n", searched) == 5);
}

TEST_CASE("http head: a reply is parsed") {
  const auto head = parse_reply_head(
      "HTTP/1.1 503 Service Unavailable\r\ncontent-LENGTH: \t 5 \r\nConnection: keep-alive , Upgrade\r\n"
      "connection: x\r\nEmpty:\r\nServer: \xe4\r\n\r\n");
  REQUIRE(head);
  CHECK(head->status == 503);
  CHECK_FALSE(head->http_1_0);
  CHECK(head->fields.size() == 5);
  CHECK(head->value("Content-Length") == "5");
  CHECK(head->value("empty") == "");
  CHECK_FALSE(head->value("missing"));
  CHECK(head->values("CONNECTION").size() == 2);
  CHECK(head->has_token("connection", "upgrade"));
  CHECK(head->has_token("connection", "X"));
  CHECK_FALSE(head->has_token("connection", "keep"));
  CHECK_FALSE(head->has_token("empty", ""));
  CHECK(parse_reply_head("HTTP/1.0 200\r\n\r\n")->http_1_0);
}

TEST_CASE("http head: invalid HTTP/1 is rejected") {
  for (const auto& text : {
           ""s,
           "\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\n"s,
           "HTTP/1.1 200 OK\r\nA: b\r\n\r\nmore"s,
           "HTTP/2 200 OK\r\n\r\n"s,
           "HTTP/1.x 200 OK\r\n\r\n"s,
           "HTTP/ 101\r\n\r\n"s,
           "HTTP/1.1 20 OK\r\n\r\n"s,
           "HTTP/1.1 2000 OK\r\n\r\n"s,
           "HTTP/1.1 099 OK\r\n\r\n"s,
           "HTTP/1.1 2x0 OK\r\n\r\n"s,
           "HTTP/1.1  200 OK\r\n\r\n"s,
           "HTTP/1.1 200 O\bK\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\n: b\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nA : b\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nA: b\nB: c\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nA: b\rB: c\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n"s,
       }) {
    CAPTURE(text);
    CHECK_FALSE(parse_reply_head(text));
  }
}
