// Tests the due times: first runs, jitter, coalescing, single flight, and the absence of bursts.
#include "scheduler/timetable.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "scheduler/timetable_of.hpp"

using namespace telltale;
using namespace telltale::fakes;

TEST_CASE("timetable: the first run comes with the next tick, or after the initial delay") {
  auto table = timetable_of({ten, {10s, 2s, 3s, 0.1}});
  CHECK(table.next_due() == boot_clock::time_point(1000s + 50ms));
  CHECK(table.take_due(t0).empty());
  CHECK(table.take_due(t0 + 50ms) == std::vector<std::size_t>{0});
  CHECK(table.take_due(t0 + 2900ms).empty());
  CHECK(table.take_due(t0 + 3050ms) == std::vector<std::size_t>{1});
}

TEST_CASE("timetable: many first runs are spread over ticks") {
  auto table = timetable_of(1000, ten);
  std::size_t begun = 0;
  for (auto now = t0; begun < 1000; now += tick) {
    const auto due = take_all_due(table, now).size();
    CHECK(due <= max_per_tick);
    begun += due;
    REQUIRE(now < t0 + 2s);
  }
}

TEST_CASE("timetable: a check is returned once until it has finished") {
  auto table = timetable_of({ten});
  REQUIRE(table.take_due(t0 + 1s).size() == 1);
  CHECK(table.take_due(t0 + 1h).empty());
  table.make_due_now(t0 + 1h);
  CHECK(table.take_due(t0 + 2h).empty());
  table.finished(0, false, t0 + 2h);
  CHECK(table.take_due(t0 + 3h).size() == 1);
}

TEST_CASE("timetable: the second run has a random phase, later ones keep the interval less the jitter") {
  std::set<std::int64_t> phases;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    auto table = timetable_of({ten}, seed);
    auto start = t0 + 50ms;
    table.take_due(start);
    table.finished(0, false, start + 10ms);
    const auto phase = table.next_due() - start;
    CHECK(phase >= 5s - tick);
    CHECK(phase <= 10s + tick);
    phases.insert(phase / tick);
    start = table.next_due();
    for (int run = 0; run < 20; ++run) {
      REQUIRE(table.take_due(start).size() == 1);
      table.finished(0, false, start + 100ms);
      const auto gap = table.next_due() - start;
      CHECK(gap >= 9s - tick);
      CHECK(gap <= 10s + tick);
      start = table.next_due();
    }
  }
  CHECK(phases.size() > 20);
}

TEST_CASE("timetable: the next run is known before the current one has ended") {
  auto table = timetable_of({{10s, 10s, 0s, 0.0}});
  REQUIRE(table.take_due(table.next_due()).size() == 1);
  auto start = table.next_due();
  REQUIRE(start < t0 + 11s);
  table.finished(0, false, start - 1s);
  CHECK(table.next_due() == start);
  REQUIRE(table.take_due(start).size() == 1);
  CHECK(table.next_due() == start + 10s);
  table.finished(0, true, start + 9s);  // with the same interval it makes no difference
  CHECK(table.next_due() == start + 10s);
}

TEST_CASE("timetable: a check that was planned again is not due at its old time") {
  auto table = timetable_of({{10s, 2s, 0s, 0.0}});
  table.take_due(t0 + 50ms);
  table.finished(0, true, t0 + 60ms);
  std::size_t runs = 0;
  for (auto now = t0 + 100ms; now < t0 + 11s; now += tick)
    for (auto check : table.take_due(now)) {
      ++runs;
      table.finished(check, true, now);
    }
  CHECK(runs >= 5);
  CHECK(runs <= 7);
}

TEST_CASE("timetable: a check that fails for long leaves no empty ticks behind") {
  for (const bool coalesces : {false, true}) {
    auto table = timetable_of({{1s, 950ms, 0s, 0.1, coalesces}, {1h, 100ms, 0s, 0.1, coalesces}});
    for (int round = 0; round < 1000; ++round) {
      const auto now = table.next_due();
      const auto due = table.take_due(now);
      REQUIRE_FALSE(due.empty());
      for (auto check : due) table.finished(check, true, now + 1ms);
    }
  }
}

TEST_CASE("timetable: a failing check runs at its failing interval") {
  auto table = timetable_of({ten});
  table.take_due(t0 + 50ms);
  table.finished(0, false, t0 + 60ms);
  const auto start = table.next_due();
  table.take_due(start);
  table.finished(0, true, start + 10ms);
  CHECK(table.next_due() - start <= 2s + tick);
  CHECK(table.next_due() - start >= 1800ms - tick);
}

TEST_CASE("timetable: a failing check rests before it runs again, at most for its interval") {
  for (const auto& [rest, wanted] : {std::pair{1000ms, 2000ms}, {5000ms, 5500ms}, {1'000'000ms, 10'500ms}}) {
    auto table = timetable_of({{10s, 2s, 0s, 0.0}});
    REQUIRE(table.take_due(t0 + 1s).size() == 1);
    table.finished(0, true, t0 + 1500ms, rest);
    table.take_due(table.next_due());
    const auto start = table.next_due();
    table.finished(0, false, start - 1s);
    table.take_due(start);
    table.finished(0, true, start + 500ms, rest);
    CHECK(table.next_due() - start >= wanted);
    CHECK(table.next_due() - start <= wanted + tick);
  }
}

TEST_CASE("timetable: a slow check rests after its end, however long it waited for others") {
  auto table = timetable_of({{6h, 2s, 0s, 0.1}});
  REQUIRE(table.take_due(t0 + 1s).size() == 1);
  table.finished(0, true, t0 + 65min, 50min);
  CHECK(table.next_due() >= t0 + 115min);
  CHECK(table.next_due() <= t0 + 115min + tick);
}

TEST_CASE("timetable: due times fall on ticks, so that checks share them") {
  auto table = timetable_of(200, {1s, 1s, 0s, 0.1}, 7);
  std::set<std::int64_t> wakeups;
  for (auto now = t0; now < t0 + 10s; now = std::max(now + 1ms, table.next_due())) {
    for (auto check : take_all_due(table, now)) table.finished(check, false, now);
    wakeups.insert(table.next_due().time_since_epoch() / 1ms);
    CHECK(table.next_due().time_since_epoch().count() % std::chrono::nanoseconds(tick).count() == 0);
  }
  CHECK(wakeups.size() <= 201);  // 10 s have 200 ticks; without the grid there would be some 2,000
}

TEST_CASE("timetable: of many due checks a few are returned at a time, each once, the earliest first") {
  const auto count = 2 * max_at_once + 7;
  const std::size_t late = 5;
  std::vector<cadence> paces(count, ten);
  for (std::size_t i = 0; i < late; ++i) paces[i].initial_delay = 10 * tick;
  auto table = timetable_of(paces);
  const auto now = t0 + 1s;
  std::vector<std::size_t> begun;
  for (const auto size : {max_at_once, max_at_once, std::size_t{7}, std::size_t{0}}) {
    CHECK((table.next_due() <= now) == (size > 0));
    const auto due = table.take_due(now);
    CHECK(due.size() == size);
    begun.insert(begun.end(), due.begin(), due.end());
  }
  REQUIRE(begun.size() == count);
  for (std::size_t i = 0; i < count; ++i) CHECK(begun[i] == (i + late) % count);
}

TEST_CASE("timetable: after a long pause each check runs once, not once per missed interval") {
  auto table = timetable_of(3, {1s, 1s, 0s, 0.1});
  for (auto check : table.take_due(t0 + 1s)) table.finished(check, false, t0 + 1s);
  const auto resumed = t0 + 1h;
  auto due = table.take_due(resumed);
  CHECK(due.size() == 3);
  for (auto check : due) table.finished(check, false, resumed);
  CHECK(table.take_due(resumed).empty());
  CHECK(table.next_due() > resumed);
}

TEST_CASE("timetable: make_due_now makes every check due that is not running") {
  auto table = timetable_of(3, ten);
  table.take_due(t0 + 50ms);
  table.finished(0, false, t0 + 60ms);
  table.finished(2, false, t0 + 60ms);
  table.make_due_now(t0 + 100ms);
  auto due = table.take_due(t0 + 100ms);
  std::sort(due.begin(), due.end());
  CHECK(due == std::vector<std::size_t>{0, 2});
}

TEST_CASE("timetable: make_due_now skips checks with due_after_stall unset") {
  auto table = timetable_of({ten, {6h, 6h, 1h, 0.1, false, false}});
  table.make_due_now(t0 + 100ms);
  CHECK(table.take_due(t0 + 100ms) == std::vector<std::size_t>{0});
  CHECK(table.take_due(t0 + 59min).empty());
  CHECK(table.take_due(t0 + 1h + tick) == std::vector<std::size_t>{1});
}

TEST_CASE("timetable: a run that exceeds its interval is followed by the next tick, not a past one") {
  auto table = timetable_of({{1s, 1s, 0s, 0.0}});
  table.take_due(t0 + 50ms);
  CHECK(table.take_due(t0 + 2s).empty());
  table.finished(0, false, t0 + 9s);
  CHECK(table.next_due() > t0 + 9s);
  CHECK(table.next_due() <= t0 + 9s + tick);
}

TEST_CASE("timetable: a run whose result was dropped is repeated at once") {
  auto table = timetable_of({ten});
  table.take_due(t0 + 1s);
  table.repeat(0, t0 + 2s);
  CHECK(table.take_due(t0 + 2s) == std::vector<std::size_t>{0});
}

TEST_CASE("timetable: make_due_now spreads many checks over ticks to avoid another stall") {
  auto table = timetable_of(1000, ten);
  for (auto check : take_all_due(table, t0 + 1h)) table.finished(check, false, t0 + 1h);
  table.make_due_now(t0 + 2h);
  std::size_t begun = 0;
  for (auto now = t0 + 2h; begun < 1000; now += tick) {
    const auto due = take_all_due(table, now).size();
    CHECK(due <= max_per_tick);
    begun += due;
    REQUIRE(now < t0 + 2h + 2s);
  }
}

TEST_CASE("timetable: after a change kept checks keep their phase, new ones are due at once, removed ones never") {
  auto table = timetable_of(3, ten);
  for (auto check : table.take_due(t0 + 50ms)) table.finished(check, false, t0 + 50ms);
  timetable changed = table;
  changed.change({{ten, 2}, {ten, std::nullopt}, {ten, 0}}, t0 + 1s);
  CHECK(changed.take_due(t0 + 1s + tick) == std::vector<std::size_t>{1});
  const auto times = [](timetable t, std::size_t which, boot_clock::time_point from) {
    for (auto now = from; now < from + 20s; now += tick)
      for (auto due : t.take_due(now))
        if (due == which) return now;
    return boot_clock::time_point{};
  };
  CHECK(times(changed, 0, t0 + 1s) == times(table, 2, t0 + 1s));
  CHECK(times(changed, 2, t0 + 1s) == times(table, 0, t0 + 1s));
}

TEST_CASE("timetable: a change lets a current run end under its new number") {
  auto table = timetable_of(2, ten);
  table.take_due(t0 + 50ms);
  table.change({{ten, 1}}, t0 + 1s);
  CHECK(table.next_due() == timetable::time_point::max());
  table.finished(0, false, t0 + 2s);
  CHECK(table.next_due() < t0 + 11s);
}

TEST_CASE("timetable: with a shorter interval the next run does not wait for the longer one") {
  auto table = timetable_of({cadence{1h, 1h, 0s, 0.0}});
  for (int round = 0; round < 2; ++round) {
    const auto now = table.next_due();
    table.take_due(now);
    table.finished(0, false, now);
  }
  const auto now = table.next_due() - 30min;
  table.change({{cadence{10s, 10s, 0s, 0.0}, 0}}, now);
  CHECK(table.next_due() <= now + tick);
}
