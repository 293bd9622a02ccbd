// The board: what results, time and another configuration make of statuses and gates.
#include <doctest/doctest.h>

#include "config/heartbeat.hpp"
#include "snapshot/board_sample.hpp"

using namespace telltale;
using namespace telltale::test;

TEST_CASE("board: before any result nothing is ready, and live is not in doubt") {
  sample s;
  const auto picture = s.at(t0);
  CHECK(state(picture, gate::ready) == verdict::fail);
  CHECK(state(picture, gate::startup) == verdict::fail);
  CHECK(state(picture, gate::live) == verdict::pass);
  CHECK(picture->checks[0]->status.state == check_state::pending);
  CHECK(picture->find("b") == picture->checks[1].get());
  CHECK(picture->find("c") == nullptr);
}

TEST_CASE("board: results become statuses, counters and gates") {
  sample s;
  CHECK_FALSE(s.b.ran(0, found(outcome::pass("fine")), t0 + 1s));
  CHECK(s.b.ran(1, found(outcome::fail(reason::locked, "locked")), t0 + 1s));
  const auto picture = s.at(t0 + 1s);
  CHECK(state(picture, gate::ready) == verdict::warn);
  CHECK(picture->checks[1]->status.reason == reason::locked);
  CHECK(picture->checks[1]->counters.runs == 1);
  CHECK(picture->checks[1]->counters.failures.of(reason::locked) == 1);
  CHECK(picture->checks[0]->counters.failures == check_counters{}.failures);
  CHECK(picture->checks[0]->counters.duration.sum == doctest::Approx(0.003));
  CHECK(s.b.queue().sum == doctest::Approx(0.002));
  CHECK(picture->checks[0]->last_duration == 3ms);
}

TEST_CASE("board: a result past its age is never shown as healthy, to the nanosecond") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0);
  const auto end = t0 + 22s;  // 2 x 10 s + 2 s
  CHECK(state(s.at(end - 1ns), gate::ready) == verdict::pass);
  const auto old = s.at(end);
  CHECK(state(old, gate::ready) == verdict::fail);
  CHECK(old->checks[0]->status.reason == reason::stale);
  s.b.ran(0, found(outcome::pass("fine")), end + 1s);
  CHECK(s.at(end + 1s)->checks[0]->status.reason == reason::ok);
}

TEST_CASE("board: when the heart stops, live fails although nothing else changed, and recovers with it") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  CHECK(state(s.b.picture(t0), gate::live) == verdict::pass);
  CHECK(state(s.b.picture(t0 + heartbeat_limit), gate::live) == verdict::fail);
  CHECK(state(s.at(t0 + heartbeat_limit + 1s), gate::live) == verdict::pass);
}

TEST_CASE("board: after a standstill nothing found before it is shown") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.at(t0 + 9500ms), gate::ready) == verdict::pass);
  s.b.stood_still(10s, t0 + 10s);
  const auto picture = s.at(t0 + 10s);
  CHECK(state(picture, gate::ready) == verdict::fail);
  CHECK(picture->checks[0]->status.reason == reason::stale);
  s.b.ran(0, found(outcome::pass("fine")), t0 + 11s);
  s.b.ran(1, found(outcome::pass("fine")), t0 + 11s);
  CHECK(state(s.at(t0 + 11s), gate::ready) == verdict::pass);
}

TEST_CASE("board: a check whose first run comes before its initial delay is over grows old from that run on") {
  auto c = sample::make();
  c.checks[0].settings.initial_delay = 60s;
  sample s;
  s.b.change(sample::shared(c), {std::nullopt, 1}, t0);
  s.b.ran(1, found(outcome::pass("fine")), t0 + 60s);
  CHECK(s.at(t0 + 61s)->find("a")->status.state == check_state::pending);
  s.b.ran(0, found(outcome::pass("fine")), t0 + 20s);
  CHECK(state(s.at(t0 + 42s - 1ns), gate::ready) == verdict::pass);
  CHECK(state(s.at(t0 + 42s), gate::ready) == verdict::fail);
}

TEST_CASE("board: a result that a new configuration calls too old is shown as such, and one that it does not is not") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0);
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

TEST_CASE("board: the next result is too old in time although an older one is already") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0 + 500ms);
  const auto first = s.at(t0 + 22s);
  CHECK(first->checks[0]->status.reason == reason::stale);
  CHECK(first->checks[1]->status.reason == reason::ok);
  CHECK(s.at(t0 + 22500ms)->checks[1]->status.reason == reason::stale);
}

TEST_CASE("board: after a standstill a result that was too old is waited for as any other") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  CHECK(s.at(t0 + 30s)->checks[0]->status.state == check_state::fail);
  s.b.stood_still(10s, t0 + 40s);
  CHECK(s.at(t0 + 40s)->checks[0]->status.state == check_state::pending);
  CHECK(s.at(t0 + 62s)->checks[0]->status.state == check_state::fail);
}

TEST_CASE("board: results are needed for what shows checks, and for everything once a run may be too old") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0 + 1s);
  s.at(t0 + 1s);
  const auto old = t0 + 22s;
  CHECK_FALSE(s.b.needs_results(gate::live, old - 1ns));
  CHECK(s.b.needs_results(gate::live, old));
  for (const picture_subject of : {picture_subject(gate::ready), picture_subject(gate::startup), all_checks})
    CHECK(s.b.needs_results(of, t0 + 1s));
}

TEST_CASE("board: a startup gate that passed with a warning passes without one from then on") {
  sample s;
  s.b.ran(1, found(outcome::warn(reason::full, "nearly full")), t0);
  CHECK(state(s.at(t0), gate::startup) == verdict::warn);
  CHECK(state(s.at(t0 + 1s), gate::startup) == verdict::pass);
}

TEST_CASE("board: only runs of blocking checks have waited for a worker") {
  check_type network;
  network.name = "websocket";
  auto c = sample::make();
  c.checks[1].type = &network;
  sample s;
  s.b.change(sample::shared(c), {0, std::nullopt}, t0);
  s.b.ran(0, found(outcome::pass("fine")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0);
  CHECK(s.b.queue().sum == doctest::Approx(0.001));
}

TEST_CASE("board: gates are evaluated, and transitions counted, also when nobody has a picture taken") {
  sample s;
  s.b.ran(1, found(outcome::pass("fine")), t0);
  for (const auto& o : {outcome::pass("fine"), outcome::fail(reason::full, "full"), outcome::pass("fine")}) {
    s.b.ran(0, found(o), t0);
    s.b.evaluate(t0);
  }
  s.b.turned(0ns, t0 + 22s);
  s.b.evaluate(t0 + 22s);  // everything is too old
  CHECK(s.b.picture(t0 + 22s)->of(gate::ready).transitions == 3);
}

TEST_CASE("board: the first state of a gate is no transition") {
  sample s;
  const auto first = s.at(t0);
  for (auto g : all_gates) CHECK(first->of(g).transitions == 0);
}

TEST_CASE("board: startup stays passed once it has passed, and transitions are counted") {
  sample s;
  s.b.ran(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.at(t0), gate::startup) == verdict::pass);
  s.b.ran(1, found(outcome::fail(reason::missing, "gone")), t0 + 1s);
  CHECK(state(s.at(t0 + 1s), gate::startup) == verdict::pass);
  s.b.ran(0, found(outcome::pass("fine")), t0 + 2s);
  s.at(t0 + 2s);
  s.b.ran(0, found(outcome::fail(reason::missing, "gone")), t0 + 3s);
  CHECK(s.at(t0 + 3s)->of(gate::ready).transitions == 2);
}

TEST_CASE("board: draining fails ready at once and leaves live alone") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.at(t0), gate::ready) == verdict::pass);
  s.b.drain();
  const auto picture = s.at(t0);
  CHECK(picture->draining);
  CHECK(state(picture, gate::ready) == verdict::fail);
  CHECK(state(picture, gate::live) == verdict::pass);
}

TEST_CASE("board: a change of status is told, a run that changes nothing is not") {
  sample s;
  int told = 0;
  s.b.changed = [&] { ++told; };
  s.b.ran(0, found(outcome::pass("fine")), t0);
  CHECK(told == 1);
  s.b.ran(0, found(outcome::pass("still fine")), t0 + 1s);
  CHECK(told == 1);
  s.b.ran(0, found(outcome::fail(reason::timeout, "late")), t0 + 2s);
  s.b.ran(0, found(outcome::fail(reason::stuck, "stuck")), t0 + 3s);
  CHECK(told == 3);
}

TEST_CASE("board: a change keeps what is known of kept checks, and the startup gate stays passed") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0 + 1s);
  s.b.ran(1, found(outcome::pass("fine")), t0 + 1s);
  CHECK(state(s.at(t0 + 1s), gate::ready) == verdict::pass);
  auto next = sample::make();
  std::swap(next.checks[0], next.checks[1]);
  next.checks[1].settings.name = "new";
  s.b.change(sample::shared(next), {1, std::nullopt}, t0 + 2s);
  const auto picture = s.at(t0 + 2s);
  REQUIRE(picture->checks.size() == 2);
  CHECK(picture->find("a") == nullptr);
  CHECK(picture->find("b")->status.state == check_state::pass);
  CHECK(picture->find("b")->counters.runs == 1);
  CHECK(picture->find("new")->status.state == check_state::pending);
  CHECK(state(picture, gate::ready) == verdict::fail);
  CHECK(state(picture, gate::startup) == verdict::pass);
  s.b.ran(1, found(outcome::pass("fine")), t0 + 3s);
  CHECK(state(s.at(t0 + 3s), gate::ready) == verdict::pass);
}

TEST_CASE("board: other gates and severities of a kept check count from the change on") {
  sample s;
  s.b.ran(0, found(outcome::fail(reason::full, "full")), t0 + 1s);
  s.b.ran(1, found(outcome::pass("fine")), t0 + 1s);
  CHECK(state(s.at(t0 + 1s), gate::ready) == verdict::fail);
  auto next = sample::make();
  next.checks[0].settings.severity = severity::degraded;
  s.b.change(sample::shared(next), {0, 1}, t0 + 2s);
  CHECK(state(s.at(t0 + 2s), gate::ready) == verdict::warn);
}
