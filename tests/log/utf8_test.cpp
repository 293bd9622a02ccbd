#include "log/utf8.hpp"

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("utf8: well-formed text passes unchanged, every other byte is replaced") {
  struct row {
    std::string_view in, out;
  };
  for (const auto& [in, out] : {
           row{"", ""}, row{"plain", "plain"},
           row{"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
           row{"\x80", "\xEF\xBF\xBD"}, row{"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},     // overlong "/"
           row{"\xE0\x80\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},                  // overlong, three bytes
           row{"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},                  // a surrogate
           row{"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // above U+10FFFF
           row{"a\xE2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD"},                                // cut off
       })
    CHECK(valid_utf8(in) == out);
}

TEST_CASE("utf8: printable text holds no control character of either kind") {
  CHECK(printable("a\tb\x1B[2Jc\x7F") == "a?b?[2Jc?");
  CHECK(printable("a\xC2\x9B"
                  "b\xC2\xA0") == "a?b\xC2\xA0");
  CHECK(printable("\xC2") == "\xEF\xBF\xBD");
}

TEST_CASE("utf8: shortening never splits a character") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcdef", 5) == "ab...");
  CHECK(shortened("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC", 7) == "\xE2\x82\xAC...");
  CHECK(shortened("abcdef", 3) == "...");
}

TEST_CASE("utf8: characters are counted, not bytes") {
  CHECK(character_count("\xC3\xA4\xE2\x82\xAC"
                        "b") == 3);
}
