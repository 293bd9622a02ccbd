// Tests that local checks coalesce their wake-ups.
#include "scheduler/timetable.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "scheduler/timetable_of.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

const cadence coalescable{1s, 1s, 0s, 0.1, true};

}  // namespace

TEST_CASE("timetable: coalescable checks that start together run together, no sooner than the jitter allows") {
  std::set<std::int64_t> phases;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto table = timetable_of(10, coalescable, seed);
    auto start = t0 + 50ms;
    REQUIRE(take_all_due(table, start).size() == 10);
    for (std::size_t i = 0; i < 10; ++i) table.finished(i, false, start + 10ms);
    phases.insert((table.next_due() - start) / tick);
    for (int round = 0; round < 50; ++round) {
      const auto next = table.next_due();
      if (round > 0) {
        CHECK(next - start >= 900ms);
        CHECK(next - start <= 1s + tick);
      }
      start = next;
      REQUIRE(take_all_due(table, start).size() == 10);
      for (std::size_t i = 0; i < 10; ++i) table.finished(i, false, start + 10ms);
    }
  }
  CHECK(phases.size() > 5);  // replicas spread out
}

TEST_CASE("timetable: coalescable checks that have drifted apart coalesce again") {
  std::vector<cadence> paces(3, coalescable);
  for (int i = 0; i < 3; ++i) paces[static_cast<std::size_t>(i)].initial_delay = i * 330ms;
  auto table = timetable_of(paces);
  const auto ticks_of = [&](auto from, auto until) {
    std::size_t out = 0;
    for (auto now = from; now < until; now = table.next_due(), ++out)
      for (auto check : table.take_due(now)) table.finished(check, false, now);
    return out;
  };
  CHECK(ticks_of(t0, t0 + 5s) > 8);
  ticks_of(table.next_due(), t0 + 20min);
  CHECK(ticks_of(table.next_due(), t0 + 20min + 10s) <= 12);
}

TEST_CASE("timetable: no further check joins a full tick") {
  auto table = timetable_of(1000, coalescable);
  for (auto now = t0; now < t0 + 1500ms; now += tick)
    for (auto check : take_all_due(table, now)) table.finished(check, false, now);
  std::size_t most = 0;
  for (auto now = t0 + 1500ms; now < t0 + 20s; now += tick) {
    const auto due = take_all_due(table, now);
    most = std::max(most, due.size());
    for (auto check : due) table.finished(check, false, now);
  }
  CHECK(most < 4 * max_per_tick);  // 1,000 per second are 50 per tick; checks without room keep their own tick
}

TEST_CASE("timetable: a check that is not coalescable does not join others") {
  std::vector<cadence> paces(10, coalescable);
  paces.resize(20, {1s, 1s, 0s, 0.1});
  auto table = timetable_of(paces);
  for (auto check : take_all_due(table, t0 + 50ms)) table.finished(check, false, t0 + 60ms);
  std::set<std::int64_t> ticks;
  for (auto now = t0 + 100ms; now < t0 + 1200ms; now += tick)
    if (!take_all_due(table, now).empty()) ticks.insert(now.time_since_epoch() / tick);
  CHECK(ticks.size() > 4);
}
