#include "base/utf8.hpp"

#include <doctest/doctest.h>

using namespace telltale;

namespace {

struct row {
  std::string_view in, out;
};
// Every byte that is not part of a character becomes one U+FFFD.
constexpr row rows[] = {
    {"", ""},
    {"plain", "plain"},
    {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
    {"\x80", "\uFFFD"},
    {"\xC0\xAF", "\uFFFD\uFFFD"},                      // overlong "/"
    {"\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},            // overlong, three bytes
    {"\xF0\x8F\xBF\xBF", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // overlong, four bytes
    {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},            // a surrogate
    {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},  // above U+10FFFF
    {"\xF5\x80\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"a\xE2\x82", "a\uFFFD\uFFFD"},  // truncated
};

bool accepts(std::string_view text) {
  utf8_reader reader;
  return reader.feed(text) && reader.complete();
}

}  // namespace

TEST_CASE("utf8: well-formed text is unchanged, every other byte is replaced") {
  for (const auto& [in, out] : rows) CHECK(valid_utf8(in) == out);
}

TEST_CASE("utf8: the incremental validator gives the same result for any split") {
  for (const auto& [in, out] : rows) {
    CHECK(accepts(in) == (in == out));
    utf8_reader reader;
    bool valid = true;
    for (std::size_t i = 0; valid && i < in.size(); ++i) valid = reader.feed(in.substr(i, 1));
    CHECK((valid && reader.complete()) == (in == out));
  }
}

TEST_CASE("utf8: only Unicode characters have a length") {
  for (std::string_view good : {"a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                                "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    CHECK(utf8_length(good) == good.size());
  for (std::string_view bad : {"", "\x80", "\xC0\x80", "\xC1\xBF", "\xC2",
                               "\xC2"
                               "a",
                               "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80",
                               "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
    CHECK(utf8_length(bad) == 0);
}

TEST_CASE("utf8: the length and the code point of a character") {
  CHECK(utf8_length("") == 0);
  CHECK(utf8_length("ab") == 1);
  CHECK(utf8_length("\u00E4b") == 2);
  CHECK(utf8_length("\u20AC") == 3);
  CHECK(utf8_length("\U0001F600") == 4);
  CHECK(utf8_length("\xE2\x82") == 0);
  CHECK(code_point("a") == 'a');
  CHECK(code_point("\u00E4") == 0xE4);
  CHECK(code_point("\U0001F600") == 0x1F600);
}

TEST_CASE("utf8: characters are counted, not bytes") {
  CHECK(character_count("\xC3\xA4\xE2\x82\xAC"
                        "b") == 3);
}
