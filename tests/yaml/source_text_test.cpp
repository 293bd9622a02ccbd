// Tests the mapping from offsets to lines and columns.
#include "yaml/source_text.hpp"

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("source_text: lines and columns are counted from one, in characters") {
  const source_text source("ab\n\nécd");
  CHECK_EQ(source.at(0), source_location{1, 1});
  CHECK_EQ(source.at(2), source_location{1, 3});
  CHECK_EQ(source.at(3), source_location{2, 1});
  CHECK_EQ(source.at(4), source_location{3, 1});
  CHECK_EQ(source.at(6), source_location{3, 2});
  CHECK_EQ(source.at(8), source_location{3, 4});
  CHECK_EQ(source.at(999), source_location{3, 4});
}

TEST_CASE("source_text: columns are correct on long lines of multi-byte characters") {
  std::string line;
  for (int i = 0; i < 1000; ++i) line += i % 2 ? "日" : "x";
  const source_text source("first\n" + line);
  std::size_t offset = 6;
  for (int i = 0; i < 1000; ++i) {
    CHECK_EQ(source.at(offset), source_location{2, i + 1});
    offset += i % 2 ? 3 : 1;
  }
}

TEST_CASE("source_text: lines are returned without their line breaks") {
  const source_text source("one\n\nthree");
  CHECK_EQ(source.line(1), "one");
  CHECK_EQ(source.line(2), "");
  CHECK_EQ(source.line(3), "three");
  CHECK_EQ(source.line(4), "");
  CHECK_EQ(source.line(0), "");
}

TEST_CASE("source_text: an empty text has line 1 and column 1") {
  const source_text source("");
  CHECK_EQ(source.at(0), source_location{1, 1});
  CHECK_EQ(source.line(1), "");
}
