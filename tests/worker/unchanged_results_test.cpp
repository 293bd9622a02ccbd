#include <doctest/doctest.h>

#include "pool_fixture.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

/// Outlives the pool, whose last callbacks run when it stops.
struct heard {
  memory remembered;
  std::vector<run_report> done;
};

struct unchanged_fixture : heard, pool_fixture {
  using pool_fixture::pool_fixture;
  void submit_quiet(worker_pool::task_id id, std::chrono::milliseconds timeout = 20s) {
    run_input input(remembered);
    input.unchanged_kind = outcome_kind{verdict::pass, reason::ok};
    pool->run(id, timeout, std::move(input), [this](run_report report) {
      remembered = report.memory;
      done.push_back(std::move(report));
    });
  }
  /// Starts a worker that knows the check.
  void warm_up(worker_pool::task_id id) {
    pool->run(id, 20s, remembered, [this](run_report report) {
      remembered = report.memory;
      done.push_back(std::move(report));
    });
    REQUIRE(run_until([&] { return done.size() == 1; }));
  }
  bool wakes_up(std::size_t wanted, std::chrono::milliseconds limit = 20s) {
    return run_until([&] { return done.size() >= wanted; }, limit);
  }
};

}  // namespace

TEST_CASE("unchanged results: do not wake the program, and can be collected") {
  unchanged_fixture f;
  const auto id = f.pool->add(scripted("ok"));
  f.warm_up(id);
  for (std::size_t round = 2; round < 5; ++round) {
    for (int n = 0; n < 3; ++n) f.submit_quiet(id);
    CHECK_FALSE(f.wakes_up(f.done.size() + 1, 150ms));
    f.pool->collect();
    CHECK(f.done.size() == 1 + 3 * (round - 1));
    CHECK(f.done.back().outcome.verdict == verdict::pass);
    CHECK(f.done.back().age > 50ms);
    CHECK(f.done.back().duration < 50ms);
  }
  CHECK(f.pool->counts().started == 1);
}

TEST_CASE("unchanged results: a batch that ends in time does not let its deadline timer expire") {
  unchanged_fixture f;
  const auto id = f.pool->add(scripted("ok"));
  f.warm_up(id);
  for (int round = 0; round < 50; ++round) {
    for (int n = 0; n < 2; ++n) f.submit_quiet(id);
    f.context.restart();
    f.context.poll();
    REQUIRE(f.run_until([&] { return f.pool->collect(), f.pool->counts().busy == 0; }));
  }
  const auto done = f.done.size();
  for (int n = 0; n < 2; ++n) f.submit_quiet(id);
  CHECK_FALSE(f.wakes_up(done + 1, 150ms));
}

TEST_CASE("unchanged results: another verdict or reason wakes the program") {
  unchanged_fixture f;
  const auto id = f.pool->add(scripted("in_turn"));
  f.warm_up(id);
  f.submit_quiet(id);
  CHECK_FALSE(f.wakes_up(2, 150ms));
  f.pool->collect();
  f.submit_quiet(id);
  CHECK(f.wakes_up(3));
  CHECK(f.done.back().outcome.reason == reason::threshold);
  CHECK(f.done.back().age < 100ms);
}

TEST_CASE("unchanged results: a run that hangs, crashes or exceeds a slice wakes the program") {
  unchanged_fixture f;
  const auto ok = f.pool->add(scripted("ok"));
  f.warm_up(ok);
  f.submit_quiet(f.pool->add(scripted("hang")), 100ms);
  CHECK(f.wakes_up(2));
  CHECK(f.done.back().outcome.reason == reason::timeout);
  f.submit_quiet(f.pool->add(scripted("signal", "11")));
  CHECK(f.wakes_up(3));
  CHECK(f.done.back().outcome.reason == reason::crashed);
  f.submit_quiet(f.pool->add(scripted("slow", "60")));
  f.submit_quiet(ok);
  CHECK(f.wakes_up(5));
}

TEST_CASE("unchanged results: a run without an expected outcome wakes the program, as does its batch") {
  unchanged_fixture f;
  const auto id = f.pool->add(scripted("ok"));
  f.warm_up(id);
  f.submit_quiet(id);
  f.submit(id, 20s, f.done);
  CHECK(f.wakes_up(3));
}

TEST_CASE("unchanged results: jobs that come to wait for the worker are served") {
  auto options = test_options();
  options.max_workers = 1;
  options.slice = 1min;  // no other timer may help
  unchanged_fixture f(options);
  const auto slow = f.pool->add(scripted("slow", "50"));
  f.warm_up(slow);
  for (int round = 0; round < 3; ++round) {
    f.submit_quiet(slow);
    f.context.restart();
    f.context.poll();  // the batch is in progress
    CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  }
}

TEST_CASE("unchanged results: a worker that stops its deadline timer and hangs is found by collect") {
  unchanged_fixture f;
  f.submit_quiet(f.pool->add(scripted("stop_timer_and_hang")), 100ms);
  CHECK_FALSE(f.wakes_up(1, 300ms));
  CHECK(f.run_until([&] { return f.pool->collect(), f.done.size() == 1; }));
  CHECK(f.done[0].outcome.reason == reason::timeout);
}

TEST_CASE("unchanged results: a run that requests a wake-up has a time limit no worker can stop") {
  unchanged_fixture f;
  CHECK(f.run(scripted("stop_timer_and_hang"), 100ms).outcome.reason == reason::timeout);
}

TEST_CASE("unchanged results: a worker that manipulates its deadline timer cannot block the program") {
  unchanged_fixture f;
  std::vector<run_report> reports;
  f.submit(f.pool->add(scripted("fire_unset_timer")), 20s, reports);
  CHECK(f.run_until([&] { return !reports.empty(); }));
  CHECK(reports[0].outcome.reason == reason::crashed);
  CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
}

TEST_CASE("unchanged results: rare expiries of an unset timer are tolerated without limit") {
  unchanged_fixture f;
  const auto id = f.pool->add(scripted("late_ring"));
  for (int n = 0; n < 200; ++n) REQUIRE(f.run(id).outcome.verdict == verdict::pass);
  CHECK(f.pool->counts().started == 1);
}

TEST_CASE("unchanged results: a callback may destroy the pool during collect") {
  unchanged_fixture f;
  const auto id = f.pool->add(scripted("ok"));
  f.warm_up(id);
  for (int n = 0; n < 5; ++n) {
    run_input input;
    input.unchanged_kind = outcome_kind{verdict::pass, reason::ok};
    f.pool->run(id, 20s, std::move(input), [&](run_report report) {
      f.done.push_back(std::move(report));
      f.pool.reset();
    });
  }
  CHECK(f.run_until([&] { return f.pool == nullptr || (f.pool->collect(), f.done.size() > 1); }));
  CHECK(f.done.size() == 2);
  f.context.restart();
  f.context.run();
  while (::waitpid(-1, nullptr, 0) > 0) {
  }
}
