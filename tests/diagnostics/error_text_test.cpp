// Tests the format of printed errors.
#include <doctest/doctest.h>

#include "config/config.hpp"
#include "diagnostics/error_text.hpp"

using namespace telltale;

TEST_CASE("error_text: each problem has its location, its line and a caret") {
  const config_errors errors{"t.yaml", "checks:\n  - nme: größe\n", {{{1, 1}, "first"}, {{2, 10}, "second"}}};
  CHECK_EQ(to_text(errors),
           "t.yaml:1:1: first\n"
           "     1 | checks:\n"
           "       | ^\n"
           "t.yaml:2:10: second\n"
           "     2 |   - nme: größe\n"
           "       |          ^\n");
}

TEST_CASE("error_text: a problem without a location has one line") {
  CHECK_EQ(to_text({"a.yaml", "", {{{}, "no such file"}}}), "a.yaml: no such file\n");
}

TEST_CASE("error_text: a line that continues a secret is masked for every indentation") {
  const std::string texts[] = {
      "server:\n  token: \"hunter2\n      hunter2 \\q\"\n",
      "server:\n  token: hunter2 is\n    what\n      hunter2 ${NOPE}\n",
      "{server: {token: \"hunter2\nhunter2 \\q\"}}\n",
      "checks:\n- {headers: {A: 'Bearer hunter2\n    hunter2' x}}\n",
      "checks:\n- headers: {A: \"b\", C: \"d\n    e\n   hunter2 \\q\"}\n",
  };
  for (const auto& text : texts) {
    INFO(text);
    const auto result = parse_config(text, "t.yaml", {}, {});
    REQUIRE(std::holds_alternative<config_errors>(result));
    CHECK_EQ(to_text(std::get<config_errors>(result)).find("hunter2"), std::string::npos);
  }
  // Other keys of the same map are not part of the secret.
  const auto beside = parse_config("checks:\n  - url: ws://h/?token=hunter2\n    interval: 5\n", "t.yaml", {}, {});
  const auto text = to_text(std::get<config_errors>(beside));
  CHECK_EQ(text.find("hunter2"), std::string::npos);
  CHECK(text.find("     3 |     interval: 5\n") != std::string::npos);
  const auto shown = parse_config("checks:\n- description: \"a\n    b \\q\"\n", "t.yaml", {}, {});
  CHECK(to_text(std::get<config_errors>(shown)).find("     3 |     b \\q\"\n       |       ^\n") != std::string::npos);
}

TEST_CASE("error_text: a problem on an empty line shows no line") {
  CHECK_EQ(to_text({"a.yaml", "\n", {{{1, 1}, "empty"}}}), "a.yaml:1:1: empty\n");
}

TEST_CASE("error_text: file names and messages cannot break the line") {
  CHECK_EQ(to_text({"a\n\x1B.yaml", "x", {{{}, "b\nc"}}}), "a??.yaml: b?c\n");
}

TEST_CASE("error_text: bytes that are not text are shown as question marks") {
  CHECK_EQ(to_text({"a", "b\xFF\x01", {{{1, 2}, "bad"}}}), "a:1:2: bad\n     1 | b??\n       |  ^\n");
}
