// Tests the board's snapshots: their contents and how long they are valid.
#include <doctest/doctest.h>

#include "config/heartbeat.hpp"
#include "snapshot/board_sample.hpp"

using namespace telltale;
using namespace telltale::test;

TEST_CASE("board: a snapshot is shared until something changes or a second passes") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  const auto first = s.at(t0);
  CHECK(s.at(t0 + 900ms) == first);
  const auto second = s.at(t0 + 1s);
  CHECK(second != first);
  CHECK(second->checks[0] == first->checks[0]);
  s.b.on_run(0, found(outcome::pass("fine")), t0 + 1100ms);
  const auto third = s.at(t0 + 1100ms);
  CHECK(third->checks[0] != second->checks[0]);
  CHECK(third->checks[1] == second->checks[1]);
}

TEST_CASE("board: a held snapshot does not change when a check runs afterwards") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  const auto held = s.at(t0);
  s.b.on_run(0, found(outcome::fail(reason::locked, "locked")), t0 + 100ms);
  s.b.on_stall(10s, t0 + 10s);
  CHECK(held->checks[0]->status.message() == "fine");
  CHECK(held->checks[0]->status.last.message == "fine");
  CHECK(held->checks[0]->counters.runs == 1);
  CHECK(held->checks[0]->counters.failures == reason_counts{});
  CHECK(s.at(t0 + 10s)->checks[0]->counters.runs == 2);
}

TEST_CASE("board: a held snapshot keeps its configuration after a change") {
  sample s;
  const auto held = s.at(t0);
  auto next = sample::make();
  next.checks[0].settings.description = "other";
  s.b.change(sample::shared(next), {0, 1}, t0);
  CHECK(held->checks[0]->config->settings.description->empty());
  CHECK(s.at(t0)->checks[0]->config->settings.description->size() == 5);
}

TEST_CASE("board: without held snapshots a run keeps and copies nothing") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  const std::weak_ptr<const snapshot> gone = s.at(t0);
  const auto* view = s.at(t0)->checks[0].get();
  s.b.on_run(0, found(outcome::pass("fine")), t0 + 100ms);
  CHECK(gone.expired());
  CHECK(s.at(t0 + 100ms)->checks[0].get() == view);
}

TEST_CASE("board: a stale view is built for one snapshot and not kept") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  CHECK(s.at(t0 + 30s)->checks[0]->status.message() == "the last result is over 30 s old; it was: fine");
  CHECK(s.at(t0 + 40s)->checks[0]->status.message() == "the last result is over 30 s old; it was: fine");
}

TEST_CASE("board: the snapshot of a gate contains only the checks that feed it") {
  sample s;
  s.b.on_run(0, found(outcome::fail(reason::full, "full")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  s.at(t0);
  CHECK(s.b.snapshot_at(t0, gate::live)->checks.empty());
  CHECK(state(s.b.snapshot_at(t0, gate::live), gate::live) == verdict::pass);
  const auto startup = s.b.snapshot_at(t0, gate::startup);
  REQUIRE(startup->checks.size() == 1);
  CHECK(startup->find("b") != nullptr);
  CHECK(state(startup, gate::startup) == verdict::pass);
  CHECK(s.b.snapshot_at(t0, gate::ready)->checks.size() == 2);
  CHECK(state(s.b.snapshot_at(t0, gate::ready), gate::ready) == verdict::fail);
}

TEST_CASE("board: a gate that changes is visible in every snapshot at once") {
  sample s;
  s.b.on_run(1, found(outcome::warn(reason::full, "nearly full")), t0);
  CHECK(state(s.b.snapshot_at(t0, gate::startup), gate::startup) == verdict::warn);
  CHECK(state(s.b.snapshot_at(t0), gate::startup) == verdict::pass);
  CHECK(state(s.b.snapshot_at(t0, gate::startup), gate::startup) == verdict::pass);
  sample other;
  other.b.on_run(1, found(outcome::warn(reason::full, "nearly full")), t0);
  CHECK(state(other.b.snapshot_at(t0), gate::startup) == verdict::warn);
  CHECK(state(other.b.snapshot_at(t0, gate::live), gate::startup) == verdict::pass);
  CHECK(state(other.b.snapshot_at(t0), gate::startup) == verdict::pass);
  s.b.on_iteration(0ns, t0 - heartbeat_limit);
  CHECK(state(s.b.snapshot_at(t0, gate::live), gate::live) == verdict::fail);
  s.b.on_iteration(0ns, t0);
  CHECK(state(s.b.snapshot_at(t0), gate::live) == verdict::pass);
}

TEST_CASE("board: an expired snapshot is not held") {
  sample s;
  const std::weak_ptr<const snapshot> held = s.b.snapshot_at(t0, gate::live);
  s.b.on_iteration(0ns, t0 + heartbeat_period - 1ns);
  CHECK_FALSE(held.expired());
  s.b.on_iteration(0ns, t0 + heartbeat_period);
  CHECK(held.expired());
}

TEST_CASE("board: the snapshot of a gate is kept as long as its checks and its age allow") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  const auto startup = s.b.snapshot_at(t0, gate::startup);
  const auto ready = s.b.snapshot_at(t0, gate::ready);
  s.b.on_run(0, found(outcome::fail(reason::full, "full")), t0 + 1ms);
  CHECK(s.b.snapshot_at(t0 + 1ms, gate::startup) == startup);
  CHECK(state(s.b.snapshot_at(t0 + 1ms, gate::ready), gate::ready) == verdict::fail);
  CHECK(s.b.snapshot_at(t0 + 1ms, gate::ready) != ready);
  s.b.on_run(1, found(outcome::pass("fine")), t0 + 2ms);
  CHECK(s.b.snapshot_at(t0 + 2ms, gate::startup) != startup);
  const auto live = s.b.snapshot_at(t0 + 2ms, gate::live);
  CHECK(s.b.snapshot_at(t0 + 1001ms, gate::live) == live);
  CHECK(s.b.snapshot_at(t0 + 1002ms, gate::live) != live);
}

TEST_CASE("board: a drain and another configuration are visible in the snapshots of all gates at once") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.b.snapshot_at(t0, gate::ready), gate::ready) == verdict::pass);
  CHECK(s.b.snapshot_at(t0, gate::startup)->checks.size() == 1);
  auto next = sample::make();
  next.checks[0].settings.gates = {gate::startup};
  s.b.change(sample::shared(next), {0, 1}, t0);
  CHECK(s.b.snapshot_at(t0, gate::startup)->checks.size() == 2);
  CHECK(s.b.snapshot_at(t0, gate::ready)->checks.size() == 1);
  s.b.drain();
  CHECK(state(s.b.snapshot_at(t0, gate::ready), gate::ready) == verdict::fail);
}

TEST_CASE("board: the state of a stall is not shown after the heartbeat returns") {
  sample s;
  for (auto g : all_gates) s.b.snapshot_at(t0, g);
  const auto late = t0 + heartbeat_limit;
  CHECK(state(s.b.snapshot_at(late, gate::live), gate::live) == verdict::fail);
  CHECK(state(s.b.snapshot_at(late), gate::live) == verdict::fail);
  s.b.on_iteration(0ns, late);
  CHECK(state(s.b.snapshot_at(late, gate::live), gate::live) == verdict::pass);
  CHECK(state(s.b.snapshot_at(late), gate::live) == verdict::pass);
}
