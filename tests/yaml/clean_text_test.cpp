// Tests the validation and normalisation of configuration bytes.
#include "yaml/clean_text.hpp"

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("clean_text: a byte order mark and carriage returns at line ends are dropped") {
  problems errors;
  CHECK_EQ(clean_text("\xEF\xBB\xBF"
                      "a\r\nb\n\tc",
                      errors),
           "a\nb\n\tc");
  CHECK(errors.empty());
}

TEST_CASE("clean_text: tabs on empty lines become spaces, all others are kept") {
  problems errors;
  CHECK_EQ(clean_text("\t \t\n\ta\t\n \t", errors), "   \n\ta\t\n  ");
}

TEST_CASE("clean_text: the location of an invalid byte counts characters and CRLF line ends") {
  problems errors;
  CHECK_FALSE(
      clean_text("\xEF\xBB\xBF"
                 "é\r\n日本\xFF",
                 errors));
  REQUIRE_EQ(errors.size(), 1);
  CHECK_EQ(errors.list()[0].at, source_location{2, 3});
}

TEST_CASE("clean_text: values may contain tabs and line breaks, but no control characters") {
  CHECK_FALSE(unusable_text("a\tb\nc é"));
  CHECK_EQ(unusable_text(std::string_view("a\0b", 3)), "a control character");
  CHECK_EQ(unusable_text("\x1B[0m"), "a control character");
  CHECK_EQ(unusable_text("\xC2\x85"), "a control character");
  CHECK_EQ(unusable_text("\xFF"), "invalid UTF-8");
}
