// Tests the counters of a snapshot.
#include "snapshot/snapshot.hpp"

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("reason counts: only reasons that occurred are counted") {
  reason_counts counts;
  CHECK(counts.of(reason::timeout) == 0);
  ++counts[reason::timeout];
  ++counts[reason::stuck];
  ++counts[reason::timeout];
  CHECK(counts.of(reason::timeout) == 2);
  CHECK(counts.of(reason::stuck) == 1);
  CHECK(counts.of(reason::locked) == 0);
  CHECK(counts != reason_counts{});
}

TEST_CASE("histogram: a value falls into the first bucket that is not below it") {
  histogram h;
  h.record(0.0001);
  h.record(0.00011);
  h.record(99);
  CHECK(h.counts[0] == 1);
  CHECK(h.counts[1] == 1);
  CHECK(h.counts.back() == 1);
  CHECK(h.sum == doctest::Approx(99.00021));
}
