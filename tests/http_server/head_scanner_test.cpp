// Tests the scanner of request heads.
#include "http_server/request_head.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using telltale::head_scanner;
using telltale::refusal;
using namespace std::string_literals;

namespace {

std::string outcome_of(const head_scanner::result& result) {
  if (const auto* done = std::get_if<head_scanner::complete>(&result))
    return "complete " + std::to_string(done->length);
  if (const auto* why = std::get_if<refusal>(&result)) return std::to_string(why->status);
  return "incomplete";
}

std::string scan_whole(const std::string& bytes) { return outcome_of(head_scanner().scan(bytes)); }

std::string scan_bytewise(const std::string& bytes) {
  head_scanner scanner;
  for (std::size_t n = 1; n <= bytes.size(); ++n) {
    const auto result = scanner.scan(std::string_view(bytes).substr(0, n));
    if (!std::holds_alternative<head_scanner::incomplete>(result)) return outcome_of(result);
  }
  return "incomplete";
}

struct row {
  const char* what;
  std::string bytes;
  const char* expected;
};

const std::vector<row> rows = {
    {"a head ends with its empty line", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "complete 27"},
    {"what follows is not part of it", "GET / HTTP/1.1\r\n\r\nGET", "complete 18"},
    {"a head without headers", "GET / HTTP/1.0\r\n\r\n", "complete 18"},
    {"nothing", "", "incomplete"},
    {"half a request line", "GET /he", "incomplete"},
    {"half an empty line", "GET / HTTP/1.1\r\n\r", "incomplete"},
    {"a tab inside a header", "GET / HTTP/1.1\r\nA: b\tc\r\n\r\n", "complete 26"},
    {"a UTF-8 header value", "GET / HTTP/1.1\r\nUser-Agent: \xc3\xa4\r\n\r\n", "complete 34"},
    {"lone line feeds", "GET / HTTP/1.1\n\n", "400"},
    {"a lone carriage return", "GET / HTTP/1.1\rX", "400"},
    {"a carriage return within a header", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", "400"},
    {"two carriage returns", "GET / HTTP/1.1\r\r\n\r\n", "400"},
    {"a folded header", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "400"},
    {"a header folded with a tab", "GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n", "400"},
    {"a space before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "400"},
    {"NUL in the target", "GET /\0 HTTP/1.1\r\n"s, "400"},
    {"NUL in a header", "GET / HTTP/1.1\r\nA: \0\r\n"s, "400"},
    {"a bell in a header", "GET / HTTP/1.1\r\nA: \a\r\n", "400"},
    {"DEL in the target", "GET /\x7f HTTP/1.1\r\n", "400"},
    {"UTF-8 in the target", "GET /\xc3\xa4 HTTP/1.1\r\n", "400"},
    {"a tab in the request line", "GET\t/ HTTP/1.1\r\n", "400"},
    {"a space before the method", " GET / HTTP/1.1\r\n", "400"},
    {"an empty line first", "\r\nGET / HTTP/1.1\r\n", "400"},
    {"a TLS client hello", "\x16\x03\x01\x02"s, "400"},
    {"random bytes", "\xff\xfe\x00\x01"s, "400"},
};

}  // namespace

TEST_CASE("head_scanner: each row has the same result in one piece and byte by byte") {
  for (const auto& each : rows) {
    CAPTURE(each.what);
    CHECK(scan_whole(each.bytes) == each.expected);
    CHECK(scan_bytewise(each.bytes) == each.expected);
  }
}

TEST_CASE("head_scanner: TLS on a plain port gets an explanation") {
  const auto result = head_scanner().scan("\x16\x03\x01");
  REQUIRE(std::holds_alternative<refusal>(result));
  CHECK(std::get<refusal>(result).sentence.find("TLS") != std::string_view::npos);
}
