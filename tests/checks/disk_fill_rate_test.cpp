// Forecasts from remembered samples.
#include "disk/fill_rate.hpp"

#include <doctest/doctest.h>

using namespace telltale;
using namespace telltale::disk;
using namespace std::chrono_literals;

namespace {

const auto start = boot_clock::time_point(1000s);

usage with_used(double used, double total = 1000) {
  usage out;
  out.total_bytes = total;
  out.used_bytes = used;
  out.available_bytes = total - used;
  return out;
}

}  // namespace

TEST_CASE("fill rate: the slope of a straight line is its slope") {
  CHECK(fill_rate({{start, 10}, {start + 60s, 130}}) == doctest::Approx(2));
  CHECK(fill_rate({{start, 130}, {start + 30s, 70}, {start + 60s, 10}}) == doctest::Approx(-2));
}

TEST_CASE("fill rate: a short past has no slope") {
  CHECK_FALSE(fill_rate({}));
  CHECK_FALSE(fill_rate({{start, 10}}));
  CHECK_FALSE(fill_rate({{start, 10}, {start + 59s, 500}}));
}

TEST_CASE("fill rate: a steady leak is forecast, from memory alone") {
  memory kept;
  CHECK_FALSE(seconds_to_full(with_used(100), start, kept));
  CHECK_FALSE(seconds_to_full(with_used(110), start + 10s, kept));
  CHECK_FALSE(seconds_to_full(with_used(150), start + 50s, kept));
  CHECK(seconds_to_full(with_used(160), start + 60s, kept) == doctest::Approx(840));
  CHECK(seconds_to_full(with_used(200), start + 100s, kept) == doctest::Approx(800));
}

TEST_CASE("fill rate: nothing is forecast for what stays, shrinks or fills in years") {
  for (double rate : {0.0, -1.0, 0.0000001}) {
    memory kept;
    CAPTURE(rate);
    for (int i = 0; i < 20; ++i)
      CHECK_FALSE(seconds_to_full(with_used(500 + rate * i * 10), start + std::chrono::seconds(i * 10), kept));
  }
}

TEST_CASE("fill rate: the past fades, and memory stays small") {
  memory kept;
  double used = 100;
  auto at = start;
  for (int i = 0; i < 100; ++i, at += 10s) seconds_to_full(with_used(used += 5), at, kept);
  CHECK(seconds_to_full(with_used(used), at, kept));
  for (int i = 0; i < 60; ++i, at += 10s) seconds_to_full(with_used(used), at, kept);
  CHECK_FALSE(seconds_to_full(with_used(used), at, kept));
  CHECK(kept.values().size() <= memory::max_entries / 2);
}

TEST_CASE("fill rate: another file system at the same path starts anew") {
  memory kept;
  seconds_to_full(with_used(100), start, kept);
  CHECK_FALSE(seconds_to_full(with_used(5000, 9000), start + 90s, kept));
  CHECK(seconds_to_full(with_used(5600, 9000), start + 150s, kept) == doctest::Approx(340));
}
