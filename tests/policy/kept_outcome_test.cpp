// Tests the compact storage of outcomes.
#include "policy/kept_outcome.hpp"

#include <doctest/doctest.h>

using namespace telltale;

namespace {

outcome measured(std::vector<measurement> found) {
  auto out = outcome::pass("fine");
  out.measurements = std::move(found);
  return out;
}

}  // namespace

TEST_CASE("kept outcome: has the contents of the outcome") {
  kept_outcome kept;
  CHECK(kept.verdict == verdict::fail);
  auto found = outcome::warn(reason::threshold, "a lot");
  found.measurements = {{"a", 1}, {"b", 2}};
  kept.assign(found);
  CHECK(kept.verdict == verdict::warn);
  CHECK(kept.reason == reason::threshold);
  CHECK(kept.message == "a lot");
  REQUIRE(kept.measurements.size() == 2);
  CHECK(kept.measurements.name(1) == "b");
  CHECK(kept.measurements.value(1) == 2);
  kept.assign(outcome::pass("fine"));
  CHECK(kept.measurements.size() == 0);
}

TEST_CASE("kept outcome: the list of names is kept while the names are equal, in copies as well") {
  kept_outcome kept;
  kept.assign(measured({{"a", 1}, {"b", 2}}));
  const auto copy = kept;
  const auto names = kept.measurements.names();
  kept.assign(measured({{"a", 3}, {"b", 4}}));
  CHECK(kept.measurements.names() == names);
  CHECK(kept.measurements.value(0) == 3);
  CHECK(copy.measurements.value(0) == 1);
  for (const auto& other : {std::vector<measurement>{{"a", 3}, {"c", 4}}, {{"a", 3}}, {{"b", 4}, {"a", 3}}}) {
    auto next = kept;
    next.assign(measured(other));
    CHECK(next.measurements.names() != names);
    REQUIRE(next.measurements.size() == other.size());
    CHECK(next.measurements.name(0) == other[0].name);
    CHECK(next.measurements.value(0) == other[0].value);
  }
  CHECK(copy.measurements.name(1) == "b");
}

TEST_CASE("kept outcome: a message takes no more memory than it needs, also after a long one") {
  kept_outcome kept;
  for (const std::size_t size : {38u, 39u, 5000u, 40u, 20u, 0u}) {
    kept.assign(outcome::pass(std::string(size, 'x')));
    CHECK(kept.message == std::string(size, 'x'));
    CHECK(kept.message.capacity() <= size + 32);
  }
}
