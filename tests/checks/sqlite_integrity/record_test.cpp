// Tests what remains of earlier checks.
#include "sqlite_integrity/record.hpp"

#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

const auto intact = outcome::pass("intact");
const auto idle = outcome::pass("not checked: held exclusively", reason::idle);
const auto late = outcome::warn(reason::timeout, "not checked: too slow");
const auto damage_found = outcome::fail(reason::corrupt, "page 7 is torn");

const std::chrono::system_clock::time_point wall_start{1'700'000'000s};

/// The runs of one check, at times since its first run.
struct runs {
  outcome at(std::chrono::nanoseconds when, const outcome& found) {
    return sqlite::record(found, options, kept, boot_clock::time_point(1000s + when),
                          wall_start + std::chrono::duration_cast<std::chrono::microseconds>(when));
  }

  sqlite::integrity_check_options options;
  memory kept;
};

}  // namespace

TEST_CASE("sqlite integrity record: damage stays a failure until a check finds the database intact") {
  runs check;
  check.at(0s, intact);
  CHECK(check.at(1h, damage_found).verdict == verdict::fail);
  for (const auto& unknown : {idle, late}) {
    const auto found = check.at(3h, unknown);
    CHECK(described(found) == "fail corrupt: damage was found 2 h ago; " + unknown.message);
  }
  const auto gone = outcome::fail(reason::missing, "/data/app.db does not exist");
  CHECK(check.at(4h, gone).reason == reason::missing);
  CHECK(check.at(5h, idle).reason == reason::corrupt);
  CHECK(described(check.at(6h, damage_found)) == "fail corrupt: page 7 is torn");
  CHECK(check.at(7h, idle).message.starts_with("damage was found 6 h ago"));
  CHECK(check.at(8h, intact).verdict == verdict::pass);
  CHECK(described(check.at(9h, idle)) == described(idle));
}

TEST_CASE("sqlite integrity record: the time of the last intact result is measured in every later run") {
  runs check;
  CHECK_FALSE(check.at(0s, idle).measured("intact_timestamp_seconds"));
  CHECK(check.at(1h, intact).measured("intact_timestamp_seconds") == 1'700'003'600);
  for (const auto& later : {idle, late, damage_found})
    CHECK(check.at(2h, later).measured("intact_timestamp_seconds") == 1'700'003'600);
}

TEST_CASE("sqlite integrity record: checks that are not completed for too long are reported") {
  runs check;
  check.options.intact_age = {12h, 48h};
  SUBCASE("since the first run") { CHECK(check.at(0s, idle).reason == reason::idle); }
  SUBCASE("since the last intact result") {
    check.at(-100h, idle);
    check.at(0s, intact);
  }
  CHECK(check.at(12h - 1s, idle).verdict == verdict::pass);
  CHECK(described(check.at(13h, idle)) ==
        "warn threshold: not found intact for over 13 h (limit 12 h): not checked: held exclusively");
  CHECK(check.at(13h, late).reason == reason::threshold);
  CHECK(check.at(49h, idle).verdict == verdict::fail);
  CHECK(check.at(50h, intact).verdict == verdict::pass);
  CHECK(check.at(51h, late).reason == reason::timeout);
}
