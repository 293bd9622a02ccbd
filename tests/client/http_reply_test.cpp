#include "client/http_reply.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("http reply: a complete response is parsed for any split") {
  const std::string full =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\ncontent-LENGTH:  5 \r\n\r\nwhy\r\n";
  for (std::size_t n = 1; n < full.size(); ++n) {
    CAPTURE(n);
    CHECK(!parse_reply(std::string_view(full).substr(0, n), false));
  }
  CHECK(parse_reply(full, false) == http_reply{503, "why\r\n"});
  CHECK(parse_reply(full + "more", false) == http_reply{503, "why\r\n"});
}

TEST_CASE("http reply: without Content-Length the body ends with the connection") {
  const std::string text = "HTTP/1.0 200 OK\r\n\r\nok";
  CHECK(!parse_reply(text, false));
  CHECK(parse_reply(text, true) == http_reply{200, "ok"});
}

TEST_CASE("http reply: a chunked body is not decoded, only its status is used") {
  CHECK(parse_reply("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", false) == http_reply{200, ""});
}

TEST_CASE("http reply: an invalid, incomplete or endless response is rejected with the cause") {
  struct row {
    std::string text;
    bool ended;
    std::string_view why;
  };
  for (const auto& [text, ended, why] : {
           row{"SSH-2.0-OpenSSH", false, "not HTTP"},
           row{"HTTX", false, "not HTTP"},
           row{"HTTP/2 200\r\n\r\n", false, "not HTTP"},
           row{"HTTP/1.1 2x0 OK\r\n\r\n", true, "not HTTP"},
           row{"HTTP/1.1 099 OK\r\n\r\n", true, "not HTTP"},
           row{"HTTP/1.1 2000 OK\r\n\r\n", true, "not HTTP"},
           row{"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", true, "invalid Content-Length"},
           row{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", true, "incomplete"},
           row{"HTTP/1.1 200 OK\r\n", true, "without an answer"},
           row{"", true, "without an answer"},
           row{"HTTP/1.1 200 OK\r\n" + std::string(longest_reply, 'x'), false, "too long"},
       }) {
    CAPTURE(text.substr(0, 60));
    std::string said;
    try {
      parse_reply(text, ended);
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    CHECK(said.find(why) != std::string::npos);
  }
}
