// Tests how results, time and reloads change statuses and gates.
#include <doctest/doctest.h>

#include "config/heartbeat.hpp"
#include "snapshot/board_sample.hpp"

using namespace telltale;
using namespace telltale::test;

TEST_CASE("board: before any result nothing is ready, and live warns") {
  sample s;
  const auto snap = s.at(t0);
  CHECK(state(snap, gate::ready) == verdict::fail);
  CHECK(state(snap, gate::startup) == verdict::fail);
  CHECK(state(snap, gate::live) == verdict::pass);
  CHECK(snap->checks[0]->status.state == check_state::pending);
  CHECK(snap->find("b") == snap->checks[1].get());
  CHECK(snap->find("c") == nullptr);
}

TEST_CASE("board: results change statuses, counters and gates") {
  sample s;
  CHECK_FALSE(s.b.on_run(0, found(outcome::pass("fine")), t0 + 1s));
  CHECK(s.b.on_run(1, found(outcome::fail(reason::locked, "locked")), t0 + 1s));
  const auto snap = s.at(t0 + 1s);
  CHECK(state(snap, gate::ready) == verdict::warn);
  CHECK(snap->checks[1]->status.reason == reason::locked);
  CHECK(snap->checks[1]->counters.runs == 1);
  CHECK(snap->checks[1]->counters.failures == std::map<reason, std::uint64_t>{{reason::locked, 1}});
  CHECK(snap->checks[0]->counters.failures.empty());
  CHECK(snap->checks[0]->counters.duration.sum == doctest::Approx(0.003));
  CHECK(s.b.queue().sum == doctest::Approx(0.002));
  CHECK(snap->checks[0]->last_duration == 3ms);
}

TEST_CASE("board: a result beyond its maximum age is never shown as healthy, to the nanosecond") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  const auto end = t0 + 22s;  // 2 x 10 s + 2 s
  CHECK(state(s.at(end - 1ns), gate::ready) == verdict::pass);
  const auto old = s.at(end);
  CHECK(state(old, gate::ready) == verdict::fail);
  CHECK(old->checks[0]->status.reason == reason::stale);
  s.b.on_run(0, found(outcome::pass("fine")), end + 1s);
  CHECK(s.at(end + 1s)->checks[0]->status.reason == reason::ok);
}

TEST_CASE("board: live fails when the heartbeat stops although nothing else changed, and recovers with it") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  CHECK(state(s.b.snapshot_at(t0), gate::live) == verdict::pass);
  CHECK(state(s.b.snapshot_at(t0 + heartbeat_limit), gate::live) == verdict::fail);
  CHECK(state(s.at(t0 + heartbeat_limit + 1s), gate::live) == verdict::pass);
}

TEST_CASE("board: after a stall no earlier result is shown") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.at(t0 + 9500ms), gate::ready) == verdict::pass);
  s.b.on_stall(10s, t0 + 10s);
  const auto snap = s.at(t0 + 10s);
  CHECK(state(snap, gate::ready) == verdict::fail);
  CHECK(snap->checks[0]->status.reason == reason::stale);
  s.b.on_run(0, found(outcome::pass("fine")), t0 + 11s);
  s.b.on_run(1, found(outcome::pass("fine")), t0 + 11s);
  CHECK(state(s.at(t0 + 11s), gate::ready) == verdict::pass);
}

TEST_CASE("board: the result of a slow check outlasts a stall, until it is stale") {
  auto slow = fakes::blocking_fake();
  slow.cadence.slow = true;
  config conf;
  conf.checks = {fakes::check_named("db", slow)};
  board b(sample::shared(conf), t0, wall);
  b.on_iteration(0ns, t0);
  CHECK(state(b.snapshot_at(t0), gate::ready) == verdict::warn);  // pending
  b.on_run(0, found(outcome::fail(reason::corrupt, "page 7 is torn")), t0);
  b.on_stall(10s, t0 + 10s);
  b.on_iteration(0ns, t0 + 10s);
  CHECK(state(b.snapshot_at(t0 + 10s), gate::ready) == verdict::fail);
  CHECK(b.snapshot_at(t0 + 10s)->checks[0]->status.reason == reason::corrupt);
  b.on_run(0, found(outcome::pass("intact")), t0 + 11s);
  b.on_stall(10s, t0 + 21s);
  b.on_iteration(0ns, t0 + 21s);
  CHECK(state(b.snapshot_at(t0 + 21s), gate::ready) == verdict::pass);
  b.on_iteration(0ns, t0 + 33s);
  CHECK(b.snapshot_at(t0 + 33s)->checks[0]->status.reason == reason::stale);
}

TEST_CASE("board: a check that runs before its initial delay is over ages from that run on") {
  auto c = sample::make();
  c.checks[0].settings.initial_delay = 60s;
  sample s;
  s.b.change(sample::shared(c), {std::nullopt, 1}, t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0 + 60s);
  CHECK(s.at(t0 + 61s)->find("a")->status.state == check_state::pending);
  s.b.on_run(0, found(outcome::pass("fine")), t0 + 20s);
  CHECK(state(s.at(t0 + 42s - 1ns), gate::ready) == verdict::pass);
  CHECK(state(s.at(t0 + 42s), gate::ready) == verdict::fail);
}

TEST_CASE("board: a result that a new configuration makes stale is shown as stale, any other is not") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.at(t0 + 2s), gate::ready) == verdict::pass);
  auto next = sample::make();
  next.checks[0].settings.max_age = 1s;
  s.b.change(sample::shared(next), {0, 1}, t0 + 2s);
  const auto old = s.at(t0 + 2s);
  CHECK(state(old, gate::ready) == verdict::fail);
  CHECK(old->checks[0]->status.reason == reason::stale);
  s.b.change(sample::shared(sample::make()), {0, 1}, t0 + 3s);
  const auto fresh = s.at(t0 + 3s);
  CHECK(state(fresh, gate::ready) == verdict::pass);
  CHECK(fresh->checks[0]->status.reason == reason::ok);
}

TEST_CASE("board: the next result turns stale on time although an older one is stale already") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0 + 500ms);
  const auto first = s.at(t0 + 22s);
  CHECK(first->checks[0]->status.reason == reason::stale);
  CHECK(first->checks[1]->status.reason == reason::ok);
  CHECK(s.at(t0 + 22500ms)->checks[1]->status.reason == reason::stale);
}

TEST_CASE("board: after a stall a check with a stale result is pending like any other") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  CHECK(s.at(t0 + 30s)->checks[0]->status.state == check_state::fail);
  s.b.on_stall(10s, t0 + 40s);
  CHECK(s.at(t0 + 40s)->checks[0]->status.state == check_state::pending);
  CHECK(s.at(t0 + 62s)->checks[0]->status.state == check_state::fail);
}

TEST_CASE("board: only runs of blocking checks have waited for a worker") {
  check_type network;
  network.name = "websocket";
  network.make_async = [](const raw_value&) { return std::shared_ptr<async_check>(); };
  auto c = sample::make();
  c.checks[1].type = &network;
  sample s;
  s.b.change(sample::shared(c), {0, std::nullopt}, t0);
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  CHECK(s.b.queue().sum == doctest::Approx(0.001));
}

TEST_CASE("board: the transitions of a gate are counted") {
  sample s;
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  for (const auto& o : {outcome::pass("fine"), outcome::fail(reason::full, "full"), outcome::pass("fine")}) {
    s.b.on_run(0, found(o), t0);
    s.b.snapshot_at(t0);
  }
  CHECK(s.at(t0 + 22s)->of(gate::ready).transitions == 3);  // everything is stale
}

TEST_CASE("board: the first state of a gate is no transition") {
  sample s;
  const auto first = s.at(t0);
  for (auto g : all_gates) CHECK(first->of(g).transitions == 0);
}

TEST_CASE("board: startup stays passed once it has passed, and transitions are counted") {
  sample s;
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.at(t0), gate::startup) == verdict::pass);
  s.b.on_run(1, found(outcome::fail(reason::missing, "gone")), t0 + 1s);
  CHECK(state(s.at(t0 + 1s), gate::startup) == verdict::pass);
  s.b.on_run(0, found(outcome::pass("fine")), t0 + 2s);
  s.at(t0 + 2s);
  s.b.on_run(0, found(outcome::fail(reason::missing, "gone")), t0 + 3s);
  CHECK(s.at(t0 + 3s)->of(gate::ready).transitions == 2);
}

TEST_CASE("board: draining fails ready at once and does not affect live") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.at(t0), gate::ready) == verdict::pass);
  s.b.drain();
  const auto snap = s.at(t0);
  CHECK(snap->draining);
  CHECK(state(snap, gate::ready) == verdict::fail);
  CHECK(state(snap, gate::live) == verdict::pass);
}

TEST_CASE("board: a change of status is reported, a run without a change is not") {
  sample s;
  int told = 0;
  s.b.changed = [&] { ++told; };
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  CHECK(told == 1);
  s.b.on_run(0, found(outcome::pass("still fine")), t0 + 1s);
  CHECK(told == 1);
  s.b.on_run(0, found(outcome::fail(reason::timeout, "late")), t0 + 2s);
  s.b.on_run(0, found(outcome::fail(reason::stuck, "stuck")), t0 + 3s);
  CHECK(told == 3);
}

TEST_CASE("board: a change keeps the status of kept checks, and the startup gate stays passed") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0 + 1s);
  s.b.on_run(1, found(outcome::pass("fine")), t0 + 1s);
  CHECK(state(s.at(t0 + 1s), gate::ready) == verdict::pass);
  auto next = sample::make();
  std::swap(next.checks[0], next.checks[1]);
  next.checks[1].settings.name = "new";
  s.b.change(sample::shared(next), {1, std::nullopt}, t0 + 2s);
  const auto snap = s.at(t0 + 2s);
  REQUIRE(snap->checks.size() == 2);
  CHECK(snap->find("a") == nullptr);
  CHECK(snap->find("b")->status.state == check_state::pass);
  CHECK(snap->find("b")->counters.runs == 1);
  CHECK(snap->find("new")->status.state == check_state::pending);
  CHECK(state(snap, gate::ready) == verdict::fail);
  CHECK(state(snap, gate::startup) == verdict::pass);
  s.b.on_run(1, found(outcome::pass("fine")), t0 + 3s);
  CHECK(state(s.at(t0 + 3s), gate::ready) == verdict::pass);
}

TEST_CASE("board: new gates and severities of a kept check apply from the change on") {
  sample s;
  s.b.on_run(0, found(outcome::fail(reason::full, "full")), t0 + 1s);
  s.b.on_run(1, found(outcome::pass("fine")), t0 + 1s);
  CHECK(state(s.at(t0 + 1s), gate::ready) == verdict::fail);
  auto next = sample::make();
  next.checks[0].settings.severity = severity::degraded;
  s.b.change(sample::shared(next), {0, 1}, t0 + 2s);
  CHECK(state(s.at(t0 + 2s), gate::ready) == verdict::warn);
}
