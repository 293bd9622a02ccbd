// Tests a reload while checks run: what is kept, dropped and rebuilt.
#include "scheduler/scheduler_world.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace telltale;
using namespace telltale::fakes;
using namespace std::chrono_literals;

TEST_CASE("scheduler: a change continues a kept check under its new number") {
  world w(with({fakes::check_named("a"), fakes::check_named("b")}));
  w.sched.start();
  w.until([&] { return w.runners.runs.size() == 2; });
  w.runners.answer(outcome::pass("a is fine"));
  w.runners.answer(outcome::pass("b is fine"));
  w.listener.runs.clear();

  const auto next = with({fakes::check_named("b"), fakes::check_named("c")});
  w.sched.change(next, {1, std::nullopt}, w.refused);
  CHECK(w.runners.removed == std::vector<std::size_t>{0});
  CHECK(w.runners.made == 4);  // b is built anew, and continues as runner 1
  w.until([&] { return w.runners.runs.size() == 2; });
  for (auto& run : std::exchange(w.runners.runs, {})) {
    CHECK((run.runner == 1 || run.runner == 3));
    run.done({outcome::pass(run.runner == 1 ? "b" : "c"), {}, {}, {}});
  }
  REQUIRE(w.listener.runs.size() == 2);
  for (const auto& [check, found] : w.listener.runs) CHECK(found.message == (check == 0 ? "b" : "c"));
}

TEST_CASE(
    "scheduler: a run that ends after a change is reported for its own check, and that of a removed one is dropped") {
  world w(with({fakes::check_named("a"), fakes::check_named("b")}));
  w.sched.start();
  w.until([&] { return w.runners.runs.size() == 2; });
  w.sched.change(with({fakes::check_named("b")}), {1}, w.refused);
  REQUIRE(w.runners.runs.size() == 1);
  w.runners.answer(outcome::pass("b"));
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.runs[0].first == 0);
  CHECK(w.listener.runs[0].second.message == "b");
}

TEST_CASE("scheduler: a change that fails changes nothing") {
  world w(with({fakes::check_named("a")}));
  w.sched.start();
  w.runners.unbuildable = "ws";
  w.sched.change(with({fakes::check_named("b"), fakes::check_named("ws")}), {std::nullopt, std::nullopt}, w.refused);
  CHECK(w.refused.list().size() == 1);
  CHECK(w.runners.removed == std::vector<std::size_t>{1});  // the new b
  w.until([&] { return w.runners.runs.size() == 1; });
  CHECK(w.runners.runs[0].runner == 0);
  w.runners.answer(outcome::pass("a"));
  CHECK(w.listener.runs.size() == 1);
}

TEST_CASE("scheduler: a slow run of a removed check is dropped, and the next one waits until it has ended") {
  const auto type = slow_type();
  world w(with({fakes::check_named("a", type), fakes::check_named("b", type), fakes::check_named("c", type)}));
  w.sched.start();
  w.until([&] { return w.listener.lags.size() == 2; });
  REQUIRE(w.runners.runs.size() == 1);
  w.sched.change(with({fakes::check_named("c", type)}), {2}, w.refused);
  for (int i = 0; i < 4; ++i) w.io.run_one_for(50ms);
  REQUIRE(w.runners.runs.size() == 1);
  CHECK(w.runners.runs[0].runner == 0);
  CHECK(w.runners.removed == std::vector<std::size_t>{1});
  w.runners.answer(outcome::fail(reason::corrupt, "a"));
  CHECK(w.listener.runs.empty());
  CHECK(w.runners.removed == std::vector<std::size_t>{1, 0});
  REQUIRE(w.runners.runs.size() == 1);
  CHECK(w.runners.runs[0].runner == 2);
  w.runners.answer(outcome::pass("c"));
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.runs[0] == std::pair<std::size_t, outcome>{0, outcome::pass("c")});
}

TEST_CASE("scheduler: a slow check that is kept during its run is reported under its new number") {
  const auto type = slow_type();
  world w(with({fakes::check_named("a", type)}));
  w.sched.start();
  w.until([&] { return w.runners.runs.size() == 1; });
  w.sched.change(with({fakes::check_named("b", type), fakes::check_named("a", type)}), {std::nullopt, 0}, w.refused);
  for (int i = 0; i < 4; ++i) w.io.run_one_for(50ms);
  REQUIRE(w.runners.runs.size() == 1);  // b waits
  w.runners.answer(outcome::pass("sound"));
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.runs[0].first == 1);
  w.until([&] { return w.runners.runs.size() == 1; });
  CHECK(w.runners.runs[0].runner != 0);
}
