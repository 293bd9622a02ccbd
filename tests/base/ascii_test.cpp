#include "base/ascii.hpp"

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("ascii: only the letters A to Z are converted") {
  CHECK(lower("Content-LENGTH@[`{\u00C4") == "content-length@[`{\u00C4");
}

TEST_CASE("ascii: names are equal if they differ in case only") {
  CHECK(equal_ignoring_case("Host", "hOST"));
  CHECK_FALSE(equal_ignoring_case("Host", "Hos"));
  CHECK_FALSE(equal_ignoring_case("@", "`"));  // 0x40 and 0x60: letters differ by the same bit
}
