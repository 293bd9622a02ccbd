#include "base/printable.hpp"

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("printable: printable text contains no C0 or C1 control characters") {
  CHECK(printable("a\tb\x1B[2Jc\x7F") == "a?b?[2Jc?");
  CHECK(printable("a\xC2\x9B"
                  "b\xC2\xA0") == "a?b\xC2\xA0");
  CHECK(printable("\xC2") == "\xEF\xBF\xBD");
  CHECK(printable("two\nlines", ' ') == "two lines");
}

TEST_CASE("printable: invisible marks and separators are replaced, other non-ASCII characters are kept") {
  CHECK(printable("a\u202Eb\u2066c\u2069") == "a?b?c?");
  CHECK(printable("a\u200Bb\u2028c\uFEFF\u00AD\U000E0001") == "a?b?c???");
  CHECK(printable("\u2014 \u20AC \u00A0\U0001F600") == "\u2014 \u20AC \u00A0\U0001F600");
}

TEST_CASE("printable: shortening never splits a character") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcdef", 5) == "ab...");
  CHECK(shortened("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC", 7) == "\xE2\x82\xAC...");
  CHECK(shortened("abcdef", 3) == "...");
}
