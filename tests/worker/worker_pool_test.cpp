#include "worker/worker_pool.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>

#include "pool_fixture.hpp"

using namespace telltale;
using namespace telltale::test;

TEST_CASE("worker pool: a run's outcome arrives with its times") {
  pool_fixture f;
  const auto report = f.run(scripted("slow", "5"));
  CHECK(report.outcome.verdict == verdict::pass);
  CHECK(report.outcome.message == "fine");
  CHECK(report.duration >= 5ms);
  CHECK(report.waited > 0ns);
  CHECK(f.pool->counts().idle == 1);
  CHECK(f.pool->counts().started == 1);
}

TEST_CASE("worker pool: 200 quick runs of one loop iteration share one worker and complete in order") {
  auto options = test_options();
  options.slice = 1min;  // on a loaded machine they exceed the default, and a second worker would be right
  pool_fixture f(options);
  const auto id = f.pool->add(scripted("ok"));
  std::vector<int> order;
  for (int n = 0; n < 200; ++n) f.pool->run(id, 10s, {}, [&order, n](const run_report&) { order.push_back(n); });
  CHECK(f.run_until([&] { return order.size() == 200; }));
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(f.pool->counts().started == 1);
}

TEST_CASE("worker pool: no callback runs inside run or resolve, not even for a refusal") {
  pool_fixture f;
  memory huge;
  for (int n = 0; n < 64; ++n) huge.set(std::string(2000, 'x') + std::to_string(n), n);
  std::vector<run_report> got;
  bool inside = true;
  f.pool->run(f.pool->add(scripted("ok")), 10s, huge, [&](run_report report) {
    CHECK_FALSE(inside);
    got.push_back(std::move(report));
  });
  inside = false;
  CHECK(f.run_until([&] { return got.size() == 1; }));
  CHECK(got[0].outcome.reason == reason::internal);
  CHECK(got[0].outcome.message == "the check's state takes more than 64 KiB");
}

TEST_CASE("worker pool: options that exceed a message are refused with a message") {
  pool_fixture f;
  CHECK(f.run(scripted("ok", std::string(70'000, 'x'))).outcome ==
        outcome::fail(reason::internal, "the check's options take more than 64 KiB"));
  auto deep = raw_value::scalar("x");
  for (int n = 0; n < 100; ++n) deep = raw_value::list({deep});
  CHECK(f.run({"script", deep}).outcome ==
        outcome::fail(reason::internal, "the check's options are nested too deeply"));
}

TEST_CASE("worker pool: runs with much state all arrive") {
  pool_fixture f;
  memory big;
  for (int n = 0; n < 60; ++n) big.set(std::string(60, 'x') + std::to_string(n), n);
  const auto id = f.pool->add(scripted("ok"));
  std::size_t passed = 0;
  for (int n = 0; n < 100; ++n)
    f.pool->run(id, 20s, big, [&](const run_report& r) { passed += r.outcome.verdict == verdict::pass; });
  CHECK(f.run_until([&] { return passed == 100; }));
}

TEST_CASE("worker pool: runs that exceed the socket's buffer still arrive") {
  pool_fixture f;
  std::vector<run_report> done;
  for (int n = 0; n < 400; ++n) f.submit(f.pool->add(scripted("ok", std::string(5000, 'x'))), 20s, done);
  CHECK(f.run_until([&] { return done.size() == 400; }));
  for (const auto& report : done) CHECK(report.outcome.verdict == verdict::pass);
}

TEST_CASE("worker pool: an outcome that came in time counts, even when the loop reads it late") {
  pool_fixture f;
  f.run(scripted("ok"));
  std::vector<run_report> done;
  f.submit(f.pool->add(scripted("slow", "20")), 100ms, done);
  f.context.restart();
  f.context.poll();
  ::usleep(400'000);  // stalls the loop
  CHECK(f.run_until([&] { return !done.empty(); }));
  CHECK(done[0].outcome.verdict == verdict::pass);
  CHECK(done[0].duration < 200ms);
}

TEST_CASE("worker pool: a run gets its time again after the whole program was stopped") {
  pool_fixture f;
  const auto pid = std::stoi(f.run(scripted("pid")).outcome.message);
  std::vector<run_report> done;
  f.submit(f.pool->add(scripted("slow", "100")), 250ms, done);
  f.context.restart();
  f.context.poll();
  ::kill(pid, SIGSTOP);
  ::usleep(600'000);
  ::kill(pid, SIGCONT);
  CHECK(f.run_until([&] { return !done.empty(); }));
  CHECK(done[0].outcome.verdict == verdict::pass);
}

TEST_CASE("worker pool: a check's state passes from run to run, and is kept when a run fails") {
  pool_fixture f;
  const auto count = f.pool->add(scripted("count"));
  const auto first = f.run(count);
  CHECK(first.outcome.message == "1");
  const auto second = f.run(count, 10s, first.memory);
  CHECK(second.outcome.message == "2");
  CHECK(f.run(scripted("count_throw"), 10s, second.memory).memory == second.memory);
  CHECK(f.run(scripted("signal", "11"), 10s, second.memory).memory == second.memory);
}

TEST_CASE("worker pool: checks receive the start time of the program") {
  auto options = test_options();
  options.started_at = std::chrono::system_clock::time_point(123456s);
  pool_fixture f(options);
  CHECK(f.run(scripted("started_at")).outcome.message == std::to_string(options.started_at.time_since_epoch().count()));
}

TEST_CASE("worker pool: an outcome is truncated and sanitised") {
  pool_fixture f;
  const auto found = f.run(scripted("noisy")).outcome;
  CHECK(found.message.starts_with("two lines \uFFFD xxx"));
  CHECK(found.message.size() <= 1024);
  CHECK(found.measurements.size() == 64);
  CHECK(found.measurements[0].name == "m2");
}

TEST_CASE("worker pool: a slow run gives the rest of its group to other workers") {
  pool_fixture f;
  std::vector<run_report> slow;
  std::vector<run_report> quick;
  f.submit(f.pool->add(scripted("hang")), 20s, slow);
  const auto id = f.pool->add(scripted("ok"));
  for (int n = 0; n < 50; ++n) f.submit(id, 20s, quick);
  CHECK(f.run_until([&] { return quick.size() == 50; }, 15s));
  CHECK(slow.empty());
  CHECK(f.run_until([&] { return f.pool->counts().busy == 1; }));
  CHECK(f.pool->counts().started <= 1 + 5);  // four parts, and the remainder
}

TEST_CASE("worker pool: the number of workers is limited to twice the option, and a job that waits too long fails") {
  auto options = test_options();
  options.max_workers = 2;
  pool_fixture f(options);
  std::vector<run_report> hung;
  const auto hang = f.pool->add(scripted("hang"));
  for (int n = 0; n < 5; ++n) f.submit(hang, 20s, hung);
  CHECK(f.run_until([&] { return f.pool->counts().busy == 4 && f.pool->counts().idle == 0; }));
  const auto waiting = f.run(scripted("ok"), 200ms);
  CHECK(waiting.outcome == outcome::fail(reason::timeout, "waited 200 ms for a free worker (4 busy)"));
  CHECK(waiting.waited >= 200ms);
  CHECK(f.pool->counts().started == 4);
}

TEST_CASE("worker pool: quick checks keep a worker when many checks begin to hang at once") {
  auto options = test_options();
  options.max_workers = 2;
  pool_fixture f(options);
  std::vector<run_report> hung;
  for (int n = 0; n < 2; ++n) f.submit(f.pool->add(scripted("hang", std::to_string(n))), 20s, hung);
  for (int n = 0; n < 5; ++n) CHECK(f.run(scripted("ok"), 10s).outcome.verdict == verdict::pass);
  CHECK(hung.empty());
  CHECK(f.pool->counts().started == 3);
}

TEST_CASE("worker pool: a quick check behind many hanging ones waits for a few slices") {
  auto options = test_options();
  options.slice = 100ms;
  pool_fixture f(options);
  std::vector<run_report> hung;
  std::vector<run_report> quick;
  for (int n = 0; n < 14; ++n) f.submit(f.pool->add(scripted("hang", std::to_string(n))), 20s, hung);
  f.submit(f.pool->add(scripted("ok")), 20s, quick);
  REQUIRE(f.run_until([&] { return !quick.empty(); }));
  CHECK(quick[0].waited < 900ms);  // three slices and the start of workers
  CHECK(hung.empty());
}

TEST_CASE("worker pool: slow checks never take the last worker") {
  auto options = test_options();
  options.max_workers = 2;
  pool_fixture f(options);
  std::vector<worker_pool::task_id> slow;
  for (int n = 0; n < 2; ++n) slow.push_back(f.pool->add(scripted("hang", std::to_string(n))));
  for (const auto id : slow) CHECK(f.run(id, 50ms).outcome.reason == reason::timeout);  // treated as slow from now on
  std::vector<run_report> done;
  for (const auto id : slow) f.submit(id, 5s, done);
  for (int n = 0; n < 5; ++n) CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  CHECK(done.empty());
}

TEST_CASE("worker pool: a slow check has its own worker from the first run") {
  pool_fixture f;
  auto description = scripted("ok");
  description.slow = true;
  std::vector<run_report> slow;
  std::vector<run_report> probed;
  f.submit(f.pool->add(description), 10s, slow);
  f.submit(f.pool->add(scripted("ok")), 10s, probed);
  REQUIRE(f.run_until([&] { return !slow.empty() && !probed.empty(); }));
  CHECK(f.pool->counts().started == 2);
  CHECK(slow[0].outcome.verdict == verdict::pass);
}

TEST_CASE("worker pool: idle workers retire down to one and leave nothing behind") {
  auto options = test_options();
  options.idle_timeout = 50ms;
  pool_fixture f(options);
  std::vector<run_report> done;
  for (int n = 0; n < 4; ++n) f.submit(f.pool->add(scripted("slow", "100")), 20s, done);
  CHECK(f.run_until([&] { return done.size() == 4; }));
  CHECK(f.pool->counts().started > 1);
  CHECK(f.run_until([&] { return f.pool->counts().idle == 1; }));
  CHECK(f.pool->counts().crashed == 0);
  CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  f.pool->stop();
  CHECK(f.run_until([&] { return has_no_children(); }));
}

TEST_CASE("worker pool: names and addresses resolve in a worker") {
  pool_fixture f;
  const auto numeric = f.resolve("127.0.0.1", 80);
  REQUIRE(numeric.endpoints.size() == 1);
  CHECK(numeric.endpoints[0].port() == 80);
  CHECK_FALSE(f.resolve("localhost", 80).endpoints.empty());
  const auto bad = f.resolve("no such host", 80);
  CHECK(bad.endpoints.empty());
  CHECK(bad.error.starts_with("no such host does not resolve: "));
  CHECK_FALSE(bad.timed_out);
  CHECK(f.resolve("", 80).error == " does not resolve: not a valid host name");
}

TEST_CASE("worker pool: stop completes every run and leaves no process") {
  pool_fixture f;
  std::vector<run_report> done;
  const auto hang = f.pool->add(scripted("hang"));
  for (int n = 0; n < 3; ++n) f.submit(hang, 20s, done);
  CHECK(f.run_until([&] { return f.pool->counts().started == 2; }));
  f.pool->stop();
  CHECK(f.run_until([&] { return done.size() == 3; }));
  for (const auto& report : done) CHECK(report.outcome == outcome::fail(reason::internal, "the program is stopping"));
  CHECK(f.run_until([&] { return has_no_children(); }));
  CHECK(f.run(hang).outcome == outcome::fail(reason::internal, "the program is stopping"));
  CHECK(f.pool->counts().idle + f.pool->counts().busy == 0);
}

TEST_CASE("worker pool: after stop the loop ends by itself") {
  pool_fixture f;
  CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  f.pool->stop();
  f.context.restart();
  f.context.run_for(10s);
  CHECK(f.context.stopped());
}

TEST_CASE("worker pool: a callback may destroy the pool; the remaining callbacks are dropped") {
  pool_fixture f;
  const auto id = f.pool->add(scripted("ok"));
  int calls = 0;
  for (int n = 0; n < 20; ++n)
    f.pool->run(id, 10s, {}, [&](const run_report&) {
      ++calls;
      f.pool.reset();
    });
  CHECK(f.run_until([&] { return calls > 0; }));
  f.context.restart();
  f.context.run();
  CHECK(calls == 1);
  while (::waitpid(-1, nullptr, 0) > 0) {
  }
}

TEST_CASE("worker pool: a task can be removed and added again while workers know it") {
  pool_fixture f;
  for (int n = 0; n < 20; ++n) CHECK(f.run(scripted("ok")).outcome.verdict == verdict::pass);
  CHECK(f.pool->counts().started == 1);
}
