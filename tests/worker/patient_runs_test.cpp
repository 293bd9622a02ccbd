#include <doctest/doctest.h>

#include "pool_fixture.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

/// Outlives the pool, whose last callbacks come when it is stopped.
struct heard {
  memory remembered;
  std::vector<run_report> done;
};

struct patient_fixture : heard, pool_fixture {
  using pool_fixture::pool_fixture;
  void submit_patient(worker_pool::task_id id, std::chrono::milliseconds timeout = 20s) {
    run_input input(remembered);
    input.patient = true;
    pool->run(id, timeout, std::move(input), [this](run_report report) {
      remembered = report.memory;
      done.push_back(std::move(report));
    });
  }
  /// The first run of a check in a worker is news, so one comes before those that are looked at.
  void warm_up(worker_pool::task_id id) {
    submit_patient(id);
    REQUIRE(run_until([&] { return done.size() == 1; }));
  }
  bool wakes_up(std::size_t wanted, std::chrono::milliseconds limit = 20s) {
    return run_until([&] { return done.size() >= wanted; }, limit);
  }
};

}  // namespace

TEST_CASE("patient runs: what is as it was wakes nobody, and is there when somebody looks") {
  patient_fixture f;
  const auto id = f.pool->add(scripted("ok"));
  f.warm_up(id);
  for (std::size_t round = 2; round < 5; ++round) {
    for (int n = 0; n < 3; ++n) f.submit_patient(id);
    CHECK_FALSE(f.wakes_up(f.done.size() + 1, 150ms));
    f.pool->collect();
    CHECK(f.done.size() == 1 + 3 * (round - 1));
    CHECK(f.done.back().outcome.verdict == verdict::pass);
    CHECK(f.done.back().age > 50ms);
    CHECK(f.done.back().duration < 50ms);
  }
  CHECK(f.pool->counts().started == 1);
}

TEST_CASE("patient runs: a batch that ends in time does not let its watch ring") {
  patient_fixture f;
  const auto id = f.pool->add(scripted("ok"));
  f.warm_up(id);
  for (int round = 0; round < 50; ++round) {
    for (int n = 0; n < 2; ++n) f.submit_patient(id);
    f.context.restart();
    f.context.poll();
    REQUIRE(f.run_until([&] { return f.pool->collect(), f.pool->counts().busy == 0; }));
  }
  const auto done = f.done.size();
  for (int n = 0; n < 2; ++n) f.submit_patient(id);
  CHECK_FALSE(f.wakes_up(done + 1, 150ms));
}

TEST_CASE("patient runs: another verdict or reason wakes the program") {
  patient_fixture f;
  const auto id = f.pool->add(scripted("in_turn"));
  f.warm_up(id);
  f.submit_patient(id);
  CHECK_FALSE(f.wakes_up(2, 150ms));
  f.pool->collect();
  f.submit_patient(id);
  CHECK(f.wakes_up(3));
  CHECK(f.done.back().outcome.reason == reason::threshold);
  CHECK(f.done.back().age < 100ms);
  f.submit_patient(id);
  CHECK(f.wakes_up(4));
  CHECK(f.done.back().outcome.verdict == verdict::pass);
}

TEST_CASE("patient runs: one that hangs, crashes or takes longer than a slice wakes the program") {
  patient_fixture f;
  const auto ok = f.pool->add(scripted("ok"));
  f.warm_up(ok);
  f.submit_patient(f.pool->add(scripted("hang")), 100ms);
  CHECK(f.wakes_up(2));
  CHECK(f.done.back().outcome.reason == reason::timeout);
  f.submit_patient(f.pool->add(scripted("signal", "11")));
  CHECK(f.wakes_up(3));
  CHECK(f.done.back().outcome.reason == reason::crashed);
  f.submit_patient(f.pool->add(scripted("slow", "60")));
  f.submit_patient(ok);
  CHECK(f.wakes_up(5));
}

TEST_CASE("patient runs: others that come to wait for the worker are not left waiting") {
  auto options = test_options();
  options.max_workers = 1;
  options.slice = 5s;
  patient_fixture f(options);
  const auto slow = f.pool->add(scripted("slow", "50"));
  f.warm_up(slow);
  for (int round = 0; round < 3; ++round) {
    f.submit_patient(slow);
    f.context.restart();
    f.context.poll();  // the batch is under way
    CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  }
}

TEST_CASE("patient runs: a worker that stops its watch and hangs is found by whoever looks") {
  patient_fixture f;
  f.submit_patient(f.pool->add(scripted("stop_watch_and_hang")), 100ms);
  CHECK_FALSE(f.wakes_up(1, 300ms));
  CHECK(f.run_until([&] { return f.pool->collect(), f.done.size() == 1; }));
  CHECK(f.done[0].outcome.reason == reason::timeout);
}

TEST_CASE("patient runs: a callback may destroy the pool in the middle of collecting") {
  patient_fixture f;
  const auto id = f.pool->add(scripted("ok"));
  f.warm_up(id);
  for (int n = 0; n < 5; ++n) {
    run_input input;
    input.patient = true;
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
