#include "http_server/response_head.hpp"

#include <doctest/doctest.h>

using telltale::http_date;
using telltale::reply;
using telltale::response_head;

TEST_CASE("response_head: dates have the format of RFC 9110") {
  CHECK(http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(1709164800) == "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST_CASE("response_head: a plain response has exactly the expected headers") {
  reply answer;
  answer.status = 503;
  answer.content_type = "application/health+json";
  CHECK(response_head(answer, 12, "close", http_date(784111777)) ==
        "HTTP/1.1 503 Service Unavailable\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Length: 12\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Content-Type: application/health+json\r\n"
        "Connection: close\r\n"
        "\r\n");
}

TEST_CASE("response_head: optional values become headers") {
  reply answer;
  answer.status = 401;
  answer.content_encoding = "gzip";
  answer.allow = "GET, HEAD";
  answer.challenge = "Bearer realm=\"telltale\"";
  const auto head = response_head(answer, 0, "", http_date(0));
  CHECK(head.find("Content-Encoding: gzip\r\n") != std::string::npos);
  CHECK(head.find("Allow: GET, HEAD\r\n") != std::string::npos);
  CHECK(head.find("WWW-Authenticate: Bearer realm=\"telltale\"\r\n") != std::string::npos);
  CHECK(head.find("Connection:") == std::string::npos);
}

TEST_CASE("response_head: a response without content has no length and no type") {
  reply answer;
  answer.status = 204;
  answer.allow = "GET, HEAD, OPTIONS";
  CHECK(response_head(answer, 0, "", http_date(784111777)) ==
        "HTTP/1.1 204 No Content\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Allow: GET, HEAD, OPTIONS\r\n"
        "\r\n");
}

TEST_CASE("response_head: no value can inject a header") {
  reply answer;
  answer.status = 200;
  answer.content_type = "text/plain\r\nSet-Cookie: a=b\r\n\r\n<html>";
  const auto head = response_head(answer, 0, "", http_date(0));
  CHECK(head.find("\r\nSet-Cookie") == std::string::npos);
  CHECK(head.find("\r\n\r\n") == head.size() - 4);
}
