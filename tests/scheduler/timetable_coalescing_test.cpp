// Tests that local checks coalesce their wake-ups.
#include "scheduler/timetable.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const boot_clock::time_point t0{1000s + 13ms};
const cadence coalescable{1s, 1s, 0s, 0.1, true, true};

}  // namespace

TEST_CASE("timetable: coalescable checks that start together run together, no sooner than the jitter allows") {
  std::set<std::int64_t> phases;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    timetable table(seed);
    for (int i = 0; i < 10; ++i) table.add(coalescable, t0);
    auto start = t0 + 50ms;
    REQUIRE(table.take_due(start).size() == 10);
    for (std::size_t i = 0; i < 10; ++i) table.finished(i, false, start + 10ms);
    phases.insert((table.next_due() - start) / tick);
    for (int round = 0; round < 50; ++round) {
      const auto next = table.next_due();
      if (round > 0) {
        CHECK(next - start >= 900ms);
        CHECK(next - start <= 1s + tick);
      }
      start = next;
      REQUIRE(table.take_due(start).size() == 10);
      for (std::size_t i = 0; i < 10; ++i) table.finished(i, false, start + 10ms);
    }
  }
  CHECK(phases.size() > 5);  // replicas spread out
}

TEST_CASE("timetable: coalescable checks that have drifted apart coalesce again") {
  timetable table(1);
  for (int i = 0; i < 3; ++i) table.add({1s, 1s, i * 330ms, 0.1, true, true}, t0);
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
  timetable table(1);
  for (int i = 0; i < 1000; ++i) table.add(coalescable, t0);
  for (auto now = t0; now < t0 + 1500ms; now += tick)
    for (auto check : table.take_due(now)) table.finished(check, false, now);
  std::size_t most = 0;
  for (auto now = t0 + 1500ms; now < t0 + 20s; now += tick) {
    const auto due = table.take_due(now);
    most = std::max(most, due.size());
    for (auto check : due) table.finished(check, false, now);
  }
  CHECK(most < 4 * max_per_tick);  // 1,000 per second are 50 per tick; checks without room keep their own tick
}

TEST_CASE("timetable: a check that is not coalescable does not join others") {
  timetable table(1);
  for (int i = 0; i < 10; ++i) table.add(coalescable, t0);
  for (int i = 0; i < 10; ++i) table.add({1s, 1s, 0s, 0.1}, t0);
  for (auto check : table.take_due(t0 + 50ms)) table.finished(check, false, t0 + 60ms);
  std::set<std::int64_t> ticks;
  for (auto now = t0 + 100ms; now < t0 + 1200ms; now += tick)
    if (!table.take_due(now).empty()) ticks.insert(now.time_since_epoch() / tick);
  CHECK(ticks.size() > 4);
}
