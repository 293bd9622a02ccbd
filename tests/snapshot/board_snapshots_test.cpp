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
  CHECK(held->checks[0]->status.message == "fine");
  CHECK(held->checks[0]->status.last.message == "fine");
  CHECK(held->checks[0]->counters.runs == 1);
  CHECK(held->checks[0]->counters.failures.empty());
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

TEST_CASE("board: a run, a stall, a drain and another configuration are visible in the next snapshot at once") {
  sample s;
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  const auto pending = s.at(t0);
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  const auto fine = s.at(t0);
  CHECK(state(pending, gate::ready) == verdict::fail);
  CHECK(state(fine, gate::ready) == verdict::pass);
  CHECK(s.at(t0) == fine);
  auto next = sample::make();
  next.checks[0].settings.gates = {gate::startup};
  s.b.change(sample::shared(next), {0, 1}, t0);
  const auto changed = s.at(t0);
  CHECK(changed->fed_to(gate::ready).size() == 1);
  CHECK(changed->fed_to(gate::startup).size() == 2);
  s.b.on_stall(10s, t0);
  CHECK(state(s.at(t0), gate::ready) == verdict::fail);
  s.b.on_run(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.at(t0), gate::ready) == verdict::pass);
  s.b.drain();
  CHECK(state(s.at(t0), gate::ready) == verdict::fail);
}

TEST_CASE("board: a run below the threshold is visible although no status changes") {
  auto c = sample::make();
  c.checks[0].settings.fall = 3;
  sample s;
  s.b.change(sample::shared(c), {0, 1}, t0);
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  const auto before = s.at(t0);
  s.b.on_run(0, found(outcome::fail(reason::locked, "locked")), t0);
  const auto after = s.at(t0);
  CHECK(after->checks[0]->status.state == check_state::pass);
  CHECK(after->checks[0]->status.streak == 1);
  CHECK(after->checks[0]->counters.runs == 2);
  CHECK(after->checks[1] == before->checks[1]);
}

TEST_CASE("board: a snapshot is valid until the first result turns stale, to the nanosecond") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  s.b.on_run(1, found(outcome::pass("fine")), t0 + 300ms);
  const auto old = t0 + 22s;  // 2 x 10 s + 2 s
  const auto fresh = s.at(old - 700ms);
  CHECK(fresh->valid_until == old);
  CHECK(s.at(old - 1ns) == fresh);
  const auto one_stale = s.at(old);
  CHECK(one_stale->checks[0]->status.reason == reason::stale);
  CHECK(one_stale->checks[1]->status.reason == reason::ok);
  CHECK(one_stale->valid_until == old + 300ms);
  const auto both_stale = s.at(old + 300ms);
  CHECK(both_stale->checks[1]->status.reason == reason::stale);
  CHECK(both_stale->valid_until == old + 1300ms);
}

TEST_CASE("board: a snapshot that is taken late after the heartbeat is valid until the loop counts as stalled") {
  sample s;
  const auto late = t0 + heartbeat_limit;
  const auto alive = s.b.snapshot_at(late - 1ms);
  CHECK(alive->valid_until == late);
  CHECK(s.b.snapshot_at(late - 1ns) == alive);
  CHECK(state(alive, gate::live) == verdict::pass);
  CHECK(state(s.b.snapshot_at(late), gate::live) == verdict::fail);
}

TEST_CASE("board: a stale result is shown with its age as of the snapshot, and the result itself is kept") {
  sample s;
  s.b.on_run(0, found(outcome::pass("fine")), t0);
  CHECK(s.at(t0 + 30s)->checks[0]->status.message == "the last result is over 30 s old; it was: fine");
  CHECK(s.at(t0 + 90s)->checks[0]->status.message == "the last result is over 1 min old; it was: fine");
  CHECK(s.at(t0 + 90s)->checks[0]->status.last.message == "fine");
}

TEST_CASE("board: a startup gate that passed with a warning then passes without one") {
  sample s;
  s.b.on_run(1, found(outcome::warn(reason::full, "nearly full")), t0);
  CHECK(state(s.at(t0), gate::startup) == verdict::warn);
  CHECK(state(s.at(t0 + 1s), gate::startup) == verdict::pass);
}

TEST_CASE("board: the state of a stall is not shown after the heartbeat returns") {
  sample s;
  const auto late = t0 + heartbeat_limit;
  CHECK(state(s.b.snapshot_at(late), gate::live) == verdict::fail);
  CHECK(state(s.b.snapshot_at(late), gate::live) == verdict::fail);
  s.b.on_iteration(0ns, late);
  CHECK(state(s.b.snapshot_at(late), gate::live) == verdict::pass);
}
