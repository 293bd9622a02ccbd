#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "render/time_text.hpp"

using namespace telltale;
using namespace std::chrono_literals;

TEST_CASE("time text: RFC 3339 in UTC with milliseconds") {
  using clock = std::chrono::system_clock;
  CHECK(rfc3339(clock::time_point{}) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(fakes::wall_now + 678ms) == "2026-01-02T03:04:05.678Z");
  CHECK(rfc3339(clock::time_point{std::chrono::seconds(951782400)}) == "2000-02-29T00:00:00.000Z");
  CHECK(rfc3339(clock::time_point{-1ms}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("time text: a moment of the boot clock is put on the wall clock of the picture") {
  const auto picture = fakes::mixed_picture().take();
  CHECK(wall_time(*picture, fakes::boot_now - 5s) == fakes::wall_now - 5s);
}
