#include "base/time_text.hpp"

#include <doctest/doctest.h>

using namespace telltale;
using namespace std::chrono_literals;

TEST_CASE("time text: RFC 3339 in UTC with milliseconds, rounded down") {
  using clock = std::chrono::system_clock;
  CHECK(rfc3339(clock::time_point{}) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(clock::time_point{1767323045s + 678ms}) == "2026-01-02T03:04:05.678Z");
  CHECK(rfc3339(clock::time_point{951782400s}) == "2000-02-29T00:00:00.000Z");
  CHECK(rfc3339(clock::time_point{-1ms}) == "1969-12-31T23:59:59.999Z");
}
