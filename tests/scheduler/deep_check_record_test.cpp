// Tests what later probes receive from earlier deep checks.
#include "scheduler/deep_check_record.hpp"

#include <doctest/doctest.h>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

boot_clock::time_point at(std::chrono::hours time) { return boot_clock::time_point(time); }

}  // namespace

TEST_CASE("deep check record: it is empty before the first deep check has ended") {
  CHECK_FALSE(deep_check_record().as_of(at(1h)));
}

TEST_CASE("deep check record: the last result and the last pass have their ages") {
  deep_check_record record;
  record.note(outcome::pass("sound"), at(1h));
  record.note(outcome::fail(reason::corrupt, "torn"), at(3h));
  CHECK(record.as_of(at(5h)) == deep_check_result{outcome::fail(reason::corrupt, "torn"), 2h, 4h});
  record.note(outcome::pass("sound"), at(6h));
  CHECK(record.as_of(at(7h)) == deep_check_result{outcome::pass("sound"), 1h, 1h});
}

TEST_CASE("deep check record: a deep check that did not complete clears no failure, but is reported otherwise") {
  const outcome nothing[] = {outcome::warn(reason::idle, "not in use"), outcome::fail(reason::timeout, "no answer"),
                             outcome::fail(reason::crashed, "died"), outcome::fail(reason::stuck, "hangs"),
                             outcome::fail(reason::internal, "cannot be started")};
  for (const auto& each : nothing) {
    deep_check_record record;
    record.note(each, at(1h));
    CHECK(record.as_of(at(1h))->found == each);
    record.note(outcome::pass("sound"), at(2h));
    record.note(each, at(3h));
    CHECK(record.as_of(at(3h)) == deep_check_result{each, 0h, 1h});
    record.note(outcome::fail(reason::corrupt, "torn"), at(4h));
    record.note(each, at(5h));
    CHECK(record.as_of(at(6h)) == deep_check_result{outcome::fail(reason::corrupt, "torn"), 2h, 4h});
    record.note(outcome::fail(reason::corrupt, "worse"), at(7h));
    CHECK(record.as_of(at(7h))->found.message == "worse");
  }
}
