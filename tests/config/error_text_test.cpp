// Errors as they are printed.
#include <doctest/doctest.h>

#include "config/config.hpp"

using namespace telltale;

TEST_CASE("error_text: each problem has its place, its line and a caret") {
  const config_errors errors{"t.yaml", "checks:\n  - nme: größe\n", {{{1, 1}, "first"}, {{2, 10}, "second"}}};
  CHECK_EQ(to_text(errors),
           "t.yaml:1:1: first\n"
           "     1 | checks:\n"
           "       | ^\n"
           "t.yaml:2:10: second\n"
           "     2 |   - nme: größe\n"
           "       |          ^\n");
}

TEST_CASE("error_text: a problem without a place has one line") {
  CHECK_EQ(to_text({"a.yaml", "", {{{}, "no such file"}}}), "a.yaml: no such file\n");
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
