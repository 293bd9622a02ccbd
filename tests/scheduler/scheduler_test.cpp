// Tests the scheduler: single flight, state, stalls, and probes that do not end.
#include "scheduler/scheduler_world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "config/heartbeat.hpp"

using namespace telltale;
using namespace telltale::fakes;
using namespace std::chrono_literals;

TEST_CASE("scheduler: checks run repeatedly, and their state is passed on") {
  world w(with({fakes::check_named("a")}));
  REQUIRE(w.pool.tasks.size() == 1);
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 1; });
  CHECK(w.pool.runs[0].timeout == 20ms);
  memory kept;
  kept.set("inode", 42);
  w.pool.answer(outcome::pass("fine"), kept);
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.runs[0].second == outcome::pass("fine"));
  w.until([&] { return w.pool.runs.size() == 1; });
  CHECK(w.pool.runs[0].memory == kept);
}

TEST_CASE("scheduler: each loop iteration starts a few of many due checks, so that other handlers run in between") {
  world w(with(std::vector<check_config>(3 * max_per_tick, fakes::check_named("a"))));
  w.sched.start();
  std::this_thread::sleep_for(10 * tick);  // now all are due
  std::size_t begun = 0;
  int others = 0;
  std::function<void()> other = [&] { ++others, asio::post(w.io, other); };
  other();
  while (w.pool.runs.size() < 3 * max_per_tick) {
    const auto seen = others;
    w.until([&] { return w.pool.runs.size() > begun; });
    CHECK(w.pool.runs.size() - begun == max_per_tick);
    CHECK(others > seen);
    begun = w.pool.runs.size();
  }
  // The first iteration was late, the others on time.
  CHECK(std::ranges::count_if(w.listener.lags, [](auto lag) { return lag > 5 * tick; }) == 1);
}

TEST_CASE("scheduler: a check has at most one run in progress") {
  world w(with({fakes::check_named("slow"), fakes::check_named("quick")}));
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 2; });
  for (int round = 0; round < 5; ++round) {
    auto quick = std::move(w.pool.runs.back());
    w.pool.runs.pop_back();
    quick.done({outcome::pass("fine"), {}, {}, {}});
    w.until([&] { return w.pool.runs.size() == 2; });
    CHECK(w.pool.runs[0].task == 0);
    CHECK(w.pool.runs[1].task == 1);
  }
}

TEST_CASE("scheduler: a result that did not wake the loop counts from when the run ended") {
  world w(with({fakes::check_named("a")}));
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 1; });
  w.pool.answer_quietly(outcome::pass("fine"), 70ms);
  CHECK(w.listener.runs.empty());
  const auto now = boot_clock::now();
  w.sched.catch_up(now);
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.ended[0] >= now - 70ms);
  CHECK(w.listener.ended[0] <= boot_clock::now() - 70ms);
}

TEST_CASE(
    "scheduler: the next loop iteration collects unannounced results, and the check runs again in that iteration") {
  world w(with({fakes::check_named("a")}));
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 1; });
  for (int round = 0; round < 3; ++round) {
    const auto turns = w.listener.lags.size();
    w.pool.answer_quietly(outcome::pass("fine"), 0ms);
    w.until([&] { return w.pool.runs.size() == 1; });
    CHECK(w.listener.lags.size() == turns + 1);
  }
}

TEST_CASE("scheduler: only an outcome equal to the last good one is unchanged") {
  world w(with({fakes::check_named("a")}));
  w.sched.start();
  const auto next = [&]() -> std::optional<outcome_kind> {
    w.until([&] { return w.pool.runs.size() == 1; });
    return w.pool.runs[0].unchanged_kind;
  };
  CHECK_FALSE(next());
  w.pool.answer(outcome::pass("fine"));
  CHECK(next() == outcome_kind{verdict::pass, reason::ok});
  w.pool.answer(outcome::warn(reason::threshold, "full"));
  CHECK(next() == outcome_kind{verdict::warn, reason::threshold});
  w.pool.answer(outcome::fail(reason::missing, "gone"));
  CHECK_FALSE(next());
  w.pool.answer(outcome::pass("fine"));
  CHECK(next());
  w.pool.answer(outcome::pass("fine"));
  w.sched.catch_up(boot_clock::now() + 30s);  // a stall: the next result is reported in any case
  CHECK_FALSE(next());
}

TEST_CASE("scheduler: a result begun before a stall is dropped and the check runs again") {
  world w(with({fakes::check_named("a")}));
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 1; });
  const auto later = boot_clock::now() + 30s;
  w.sched.catch_up(later);
  REQUIRE(w.listener.pauses.size() == 1);
  CHECK(w.listener.pauses[0] >= 29s);
  w.sched.catch_up(later + 1s);
  CHECK(w.listener.pauses.size() == 1);
  w.pool.answer(outcome::pass("from before"));
  CHECK(w.listener.runs.empty());
  w.until([&] { return w.pool.runs.size() == 1; });
  w.pool.answer(outcome::pass("from after"));
  REQUIRE(w.listener.runs.size() == 1);
  CHECK(w.listener.runs[0].second.message == "from after");
}

TEST_CASE("scheduler: a network probe that does not end is first a timeout, then stuck") {
  const auto type = network_type([](const raw_value&) { return std::make_shared<endless_check>(); });
  world w(with({fakes::check_named("ws", type)}));
  w.sched.start();
  w.until([&] { return w.listener.runs.size() == 3; });
  CHECK(w.listener.runs[0].second.reason == reason::timeout);
  CHECK(w.listener.runs[1].second.reason == reason::stuck);
  CHECK(w.listener.runs[2].second.reason == reason::stuck);
  CHECK(w.listener.runs[1].second.message.find("has not ended for") != std::string::npos);
}

TEST_CASE("scheduler: a check that cannot be built is refused with its source location") {
  const auto type = network_type([](const raw_value&) -> std::shared_ptr<async_check> {
    throw std::runtime_error("cannot read the secret in /nowhere: No such file or directory");
  });
  auto broken = fakes::check_named("ws", type);
  broken.at = {7, 5};
  world w(with({broken}));
  REQUIRE(w.refused.size() == 1);
  CHECK(w.refused.list()[0].at == source_location{7, 5});
  CHECK(w.refused.list()[0].message == "check 'ws': cannot read the secret in /nowhere: No such file or directory");
}

TEST_CASE("scheduler: the loop reports a heartbeat when nothing is due") {
  auto idle = with({fakes::check_named("a")});
  idle.checks[0].settings.interval = 1h;
  world w(std::move(idle));
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 1; });
  w.pool.answer(outcome::pass("fine"));
  const auto before = w.listener.lags.size();
  w.until([&] { return w.listener.lags.size() == before + 2; });
}

TEST_CASE("scheduler: it reports nothing after stop") {
  world w(with({fakes::check_named("a")}));
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 1; });
  w.sched.stop();
  w.pool.answer(outcome::pass("late"));
  CHECK(w.listener.runs.empty());
  CHECK(w.io.run() < 3);
}

namespace {

/// A type whose runs happen one at a time.
check_type slow_fake() {
  auto type = fakes::blocking_fake();
  type.cadence.slow = true;
  return type;
}

}  // namespace

TEST_CASE("scheduler: quick checks do not wait for slow ones") {
  const auto type = slow_fake();
  world w(with({fakes::check_named("db", type), fakes::check_named("other")}));
  REQUIRE(w.pool.tasks.size() == 2);
  CHECK(w.pool.tasks[0].slow);
  CHECK_FALSE(w.pool.tasks[1].slow);
  w.sched.start();
  std::optional<fakes::fake_worker_pool::asked> slow_run;
  w.until([&] {
    for (auto& run : std::exchange(w.pool.runs, {})) {
      if (run.task == 1) {
        run.done({outcome::pass("fine"), {}, {}, {}});
        continue;
      }
      REQUIRE_FALSE(slow_run);  // single flight
      slow_run = std::move(run);
    }
    return slow_run && w.listener.runs.size() >= 6;
  });
  memory kept;
  kept.set("pages", 7);
  slow_run->done({outcome::pass("intact"), {}, {}, kept});
  CHECK(w.listener.runs.back() == std::pair{std::size_t{0}, outcome::pass("intact")});
}

TEST_CASE("scheduler: slow checks run one after the other") {
  const auto type = slow_fake();
  world w(with({fakes::check_named("a", type), fakes::check_named("b", type), fakes::check_named("quick")}));
  w.sched.start();
  std::vector<std::size_t> order;
  w.until([&] {
    std::vector<fakes::fake_worker_pool::asked> running;
    for (auto& run : std::exchange(w.pool.runs, {})) {
      if (run.task < 2) running.push_back(std::move(run));
      else run.done({outcome::pass("fine"), {}, {}, {}});
    }
    REQUIRE(running.size() <= 1);
    if (running.empty() || order.size() >= 4) return order.size() >= 4;
    // Its duration makes the other one come due, which then has to wait.
    for (int iterate = 0; iterate < 4; ++iterate) w.io.run_one_for(100ms);
    for (const auto& run : w.pool.runs) CHECK(run.task == 2);
    order.push_back(running[0].task);
    running[0].done({outcome::pass("intact"), {}, {}, {}});
    return false;
  });
  CHECK(std::ranges::count(order, 0u) > 0);
  CHECK(std::ranges::count(order, 1u) > 0);
}

TEST_CASE("scheduler: a stall does not repeat a slow check") {
  const auto type = slow_fake();
  auto conf = with({fakes::check_named("db", type), fakes::check_named("quick")});
  for (auto& c : conf.checks) c.settings.interval = 1h;
  world w(conf);
  w.sched.start();
  w.until([&] { return w.pool.runs.size() == 2; });
  while (!w.pool.runs.empty()) w.pool.answer(outcome::pass("fine"));
  w.sched.catch_up(boot_clock::now() + heartbeat_limit);
  REQUIRE(w.listener.pauses.size() == 1);
  w.until([&] { return !w.pool.runs.empty(); });
  CHECK(w.pool.runs.size() == 1);
  CHECK(w.pool.runs[0].task == 1);
}
