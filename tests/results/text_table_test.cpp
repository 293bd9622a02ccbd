#include "results/text_table.hpp"

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("text table: columns are as wide as their widest cell, counted in characters") {
  text_table table({"A", "WHAT"});
  table.row({"\xC3\xA4\xC3\xB6\xC3\xBC", "umlauts"});
  table.row({"x", ""});
  CHECK(table.text() ==
        "A    WHAT\n"
        "\xC3\xA4\xC3\xB6\xC3\xBC  umlauts\n"
        "x\n");
}

TEST_CASE("text table: colours do not count for the width") {
  text_table table({"A", "B", "C"});
  table.row({"1", "x", "2"}, "<", ">", 1);
  table.row({"1", "xyz", "2"});
  CHECK(table.text() == "A  B    C\n1  <x>    2\n1  xyz  2\n");
}

TEST_CASE("text table: paragraphs break between words, a long word is not split") {
  CHECK(wrapped("one two three", 2, 9) == "  one two\n  three\n");
  CHECK(wrapped("incomprehensible x", 1, 5) == " incomprehensible\n x\n");
  CHECK(wrapped("", 1, 5).empty());
}
