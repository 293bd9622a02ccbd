// Tests forecasts from stored samples.
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

TEST_CASE("fill rate: a linear series has its slope") {
  CHECK(fill_rate({{start, 10}, {start + 60s, 130}}) == doctest::Approx(2));
  CHECK(fill_rate({{start, 130}, {start + 30s, 70}, {start + 60s, 10}}) == doctest::Approx(-2));
}

TEST_CASE("fill rate: a short history has no slope") {
  CHECK_FALSE(fill_rate({}));
  CHECK_FALSE(fill_rate({{start, 10}}));
  CHECK_FALSE(fill_rate({{start, 10}, {start + 59s, 500}}));
}

TEST_CASE("fill rate: a steady increase is forecast from the check's state alone") {
  memory kept;
  CHECK_FALSE(seconds_to_full(with_used(100), start, kept));
  CHECK_FALSE(seconds_to_full(with_used(110), start + 10s, kept));
  CHECK_FALSE(seconds_to_full(with_used(150), start + 50s, kept));
  CHECK(seconds_to_full(with_used(160), start + 60s, kept) == doctest::Approx(840));
  CHECK(seconds_to_full(with_used(200), start + 100s, kept) == doctest::Approx(800));
}

TEST_CASE("fill rate: constant, shrinking and very slow usage has no forecast") {
  for (double rate : {0.0, -1.0, 0.0000001}) {
    memory kept;
    CAPTURE(rate);
    for (int i = 0; i < 20; ++i)
      CHECK_FALSE(seconds_to_full(with_used(500 + rate * i * 10), start + std::chrono::seconds(i * 10), kept));
  }
}

TEST_CASE("fill rate: old samples lose weight, and the state stays small") {
  memory kept;
  double used = 100;
  auto at = start;
  for (int i = 0; i < 100; ++i, at += 10s) seconds_to_full(with_used(used += 5), at, kept);
  CHECK(seconds_to_full(with_used(used), at, kept));
  for (int i = 0; i < 60; ++i, at += 10s) seconds_to_full(with_used(used), at, kept);
  CHECK_FALSE(seconds_to_full(with_used(used), at, kept));
  CHECK(kept.values().size() <= memory::max_entries / 2);
}

TEST_CASE("fill rate: another file system at the same path resets the history") {
  memory kept;
  seconds_to_full(with_used(100), start, kept);
  CHECK_FALSE(seconds_to_full(with_used(5000, 9000), start + 90s, kept));
  CHECK(seconds_to_full(with_used(5600, 9000), start + 150s, kept) == doctest::Approx(340));
}

TEST_CASE("fill rate: small changes of the total size, as with ZFS data sets, keep the history") {
  memory kept;
  double total = 100'000;
  double used = 10'000;
  auto at = start;
  int forecasts = 0;
  for (int i = 0; i < 20; ++i, at += 10s, used += 100, total -= 900)  // other data sets fill the same pool
    if (seconds_to_full(with_used(used, total), at, kept)) ++forecasts;
  CHECK(forecasts == 14);  // all but those of the first minute
  CHECK(seconds_to_full(with_used(used, total), at, kept) == doctest::Approx((total - used) / 10));
}

TEST_CASE("fill rate: sizes that exceed a stored number have no forecast and no other effect") {
  memory kept;
  for (int i = 0; i < 20; ++i)
    CHECK_FALSE(seconds_to_full(with_used(1.5e19 + i * 1e12, 1.8e19), start + std::chrono::seconds(i * 10), kept));
  for (const auto& [name, value] : kept.values()) CHECK(value >= 0);
}

TEST_CASE("fill rate: a growing file system keeps its history at any distance from its first size") {
  memory kept;
  for (int i = 0; i < 30; ++i)
    seconds_to_full(with_used(100 + i * 10.0, 1000 + i * 50.0), start + std::chrono::seconds(i * 10), kept);
  CHECK(seconds_to_full(with_used(400, 2500), start + 300s, kept) == doctest::Approx(2100));
}
