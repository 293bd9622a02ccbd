// Tests the scheduler: single flight, stalls, and slow checks.
#include "scheduler/scheduler_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

using namespace telltale;
using namespace telltale::fakes;
using namespace std::chrono_literals;

TEST_CASE("scheduler: checks run repeatedly, with their timeout") {
  world w(with({fakes::check_named("a")}));
  REQUIRE(w.runners.made == 1);
  w.sched.start();
  w.until([&] { return w.runners.runs.size() == 1; });
  CHECK(w.runners.runs[0].timeout == 20ms);
  w.runners.answer(outcome::pass("fine"));
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.runs[0].second == outcome::pass("fine"));
  w.until([&] { return w.runners.runs.size() == 1; });
}

TEST_CASE("scheduler: a loop iteration starts checks for a limited time, so that other handlers run in between") {
  constexpr std::size_t count = 3 * max_at_once;
  world w(with(std::vector<check_config>(count, fakes::check_named("a"))));
  w.runners.start_time = 100us;  // the first ones take longer than an iteration may
  w.sched.start();
  std::this_thread::sleep_for(10 * tick);  // now all are due
  std::size_t begun = 0;
  int others = 0;
  std::function<void()> other = [&] { ++others, asio::post(w.io, other); };
  other();
  while (w.runners.runs.size() < count) {
    const auto seen = others;
    w.until([&] { return w.runners.runs.size() > begun; });
    CHECK(w.runners.runs.size() - begun == max_at_once);
    CHECK(others > seen);
    begun = w.runners.runs.size();
  }
  // The first iteration was late, the others on time.
  CHECK(std::ranges::count_if(w.listener.lags, [](auto lag) { return lag > 5 * tick; }) == 1);
}

TEST_CASE("scheduler: a check has at most one run in progress") {
  world w(with({fakes::check_named("slow"), fakes::check_named("quick")}));
  w.sched.start();
  w.until([&] { return w.runners.runs.size() == 2; });
  for (int round = 0; round < 5; ++round) {
    auto quick = std::move(w.runners.runs.back());
    w.runners.runs.pop_back();
    quick.done({outcome::pass("fine"), {}, {}, {}});
    w.until([&] { return w.runners.runs.size() == 2; });
    CHECK(w.runners.runs[0].runner == 0);
    CHECK(w.runners.runs[1].runner == 1);
  }
}

TEST_CASE("scheduler: a result begun before a stall is dropped and the check runs again") {
  world w(with({fakes::check_named("a")}));
  w.sched.start();
  w.until([&] { return w.runners.runs.size() == 1; });
  const auto later = boot_clock::now() + 30s;
  w.sched.detect_stall(later);
  REQUIRE(w.listener.pauses.size() == 1);
  CHECK(w.listener.pauses[0] >= 29s);
  w.sched.detect_stall(later + 1s);
  CHECK(w.listener.pauses.size() == 1);
  w.runners.answer(outcome::pass("from before"));
  CHECK(w.listener.runs.empty());
  w.until([&] { return w.runners.runs.size() == 1; });
  w.runners.answer(outcome::pass("from after"));
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.runs[0].second.message == "from after");
}

TEST_CASE("scheduler: a stall drops no result of a slow check, and repeats only the others") {
  const auto type = slow_type();
  auto conf = with({fakes::check_named("quick"), fakes::check_named("db", type), fakes::check_named("archive", type)});
  for (auto& check : conf.checks) check.settings.interval = check.settings.failing_interval.emplace(1h);
  world w(conf);
  w.sched.start();
  w.until([&] { return w.runners.runs.size() == 2; });
  w.sched.detect_stall(boot_clock::now() + 30s);
  REQUIRE(w.listener.pauses.size() == 1);
  w.runners.answer(outcome::pass("fine"));
  CHECK(w.listener.runs.empty());
  w.runners.answer(outcome::pass("sound"));
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.runs[0] == std::pair<std::size_t, outcome>{1, outcome::pass("sound")});
  std::set<std::size_t> started;
  w.until([&] {
    for (const auto& run : w.runners.runs) started.insert(run.runner);
    return started.contains(0);
  });
  CHECK(started == std::set<std::size_t>{0, 2});  // 2 was waiting
}

TEST_CASE("scheduler: a check that cannot be built is refused with its source location") {
  problems refused;
  fakes::fake_runners runners;
  runners.unbuildable = "ws";
  auto conf = with({fakes::check_named("a"), fakes::check_named("ws")});
  conf.checks[1].at = {7, 5};
  asio::io_context io;
  heard listener;
  const scheduler sched(io, conf, runners, listener, refused);
  REQUIRE(refused.size() == 1);
  CHECK(refused.list()[0].at == source_location{7, 5});
  CHECK(refused.list()[0].message == "the secret cannot be read");
}

TEST_CASE("scheduler: the loop reports a heartbeat when nothing is due") {
  auto idle = with({fakes::check_named("a")});
  idle.checks[0].settings.interval = 1h;
  world w(std::move(idle));
  w.sched.start();
  w.until([&] { return w.runners.runs.size() == 1; });
  w.runners.answer(outcome::pass("fine"));
  const auto before = w.listener.lags.size();
  w.until([&] { return w.listener.lags.size() == before + 2; });
}

TEST_CASE("scheduler: it reports nothing after stop") {
  world w(with({fakes::check_named("a")}));
  w.sched.start();
  w.until([&] { return w.runners.runs.size() == 1; });
  w.sched.stop();
  w.runners.answer(outcome::pass("late"));
  CHECK(w.listener.runs.empty());
  CHECK(w.io.run() < 3);
}

TEST_CASE("scheduler: slow checks run one after the other, beside the others") {
  const auto type = slow_type();
  world w(with({fakes::check_named("a", type), fakes::check_named("b", type), fakes::check_named("quick")}));
  w.sched.start();
  std::vector<std::size_t> ended;
  while (ended.size() < 4) {
    std::optional<fake_runners::asked> running;
    std::size_t quick = 0;  // runs of the other check meanwhile
    w.until([&] {
      for (auto& run : std::exchange(w.runners.runs, {}))
        if (run.runner == 2) {
          ++quick;
          run.done({outcome::pass("fine"), {}, {}, {}});
        } else {
          REQUIRE_FALSE(running);
          running = std::move(run);
        }
      return running && quick >= 2;
    });
    ended.push_back(running->runner);
    running->done({outcome::pass("sound"), {}, {}, {}});
  }
  CHECK(std::ranges::count(ended, 0U) > 0);
  CHECK(std::ranges::count(ended, 1U) > 0);
}
