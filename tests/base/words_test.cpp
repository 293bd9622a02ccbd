// Tests splitting text into words and parsing numbers.
#include "base/words.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace telltale;

TEST_CASE("words: text is removed up to and including the separator") {
  std::string_view text = "a::b";
  CHECK(take_until(text, ':') == "a");
  CHECK(take_until(text, ':') == "");
  CHECK(take_until(text, ':') == "b");
  CHECK(text.empty());
  CHECK(take_until(text, ':') == "");
}

TEST_CASE("words: any number of blanks separates words") {
  std::string_view text = "  7: POSIX  READ ";
  CHECK(take_word(text) == "7:");
  CHECK(take_word(text) == "POSIX");
  CHECK(take_word(text) == "READ");
  CHECK(take_word(text) == "");
}

TEST_CASE("words: surrounding blanks and tabs are removed") {
  CHECK(trimmed(" \t a b\t") == "a b");
  CHECK(trimmed(" \t ") == "");
  CHECK(trimmed("") == "");
}

TEST_CASE("words: a number must be the whole text and in range") {
  CHECK(number_in<int>("-12") == -12);
  CHECK(number_in<std::uint32_t>("ff", 16) == 255u);
  CHECK(number_in<double>("1.5") == 1.5);
  for (const auto* text : {"", " 1", "1 ", "+1", "-1", "0x1", "256", "1.5", "x"}) {
    CAPTURE(text);
    CHECK_FALSE(number_in<std::uint8_t>(text));
  }
}
