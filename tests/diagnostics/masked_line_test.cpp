// Tests that error messages mask possible secrets in configuration lines.
#include "diagnostics/masked_line.hpp"

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("masked line: values of keys with names of secrets are masked, the number of characters is kept") {
  CHECK(masked_line("  token: abc123") == "  token: ******");
  CHECK(masked_line("  token: \"a b\"  # why") == "  token: \"***\"  # why");
  CHECK(masked_line("{name: a, api_key: 'x y', pingg: 1}") == "{name: a, api_key: '***', pingg: 1}");
  CHECK(masked_line("    Authorization: Bearer xyz") == "    Authorization: **********");
  CHECK(masked_line("  token: h\xC3\xA4") == "  token: **");
}

TEST_CASE("masked line: every header's value is masked") {
  CHECK(masked_line("headers: {X-Team: red, \"X-Id\": 'q'}, pingg: 1}") ==
        "headers: {X-Team: ***, \"X-Id\": '*'}, pingg: *}");
}

TEST_CASE("masked line: credentials and query values of URLs are masked") {
  CHECK(masked_line("url: \"ws://u:hunter2@h/p\"") == "url: \"ws://*********@h/p\"");
  CHECK(masked_line("url: ws://h/?a=1&b=22#x, x: 1") == "url: ws://h/?a=*&b=**#x, x: 1");
  CHECK(masked_line("url: http://h:80/p@q") == "url: http://h:80/p@q");
}

TEST_CASE("masked line: a line that would take quadratic time is masked completely") {
  std::string line;
  while (line.size() < 1'000'000) line += "://a@";
  CHECK(masked_line(line) == std::string(line.size(), '*'));
}

TEST_CASE("masked line: references and everything else are shown") {
  for (const auto* line : {"  token: {file: /run/secrets/token}", "  token: ${TOKEN}",
                           "  token:", "checks: [{name: a, type: disk}]", "", ":", "://", "a://@", "?=&="})
    CHECK(masked_line(line) == line);
}
