// The board: what it publishes, when it takes a new picture, and what it never shows as fresh.
#include "snapshot/board.hpp"

#include <doctest/doctest.h>

#include "config/heartbeat.hpp"
#include "fakes/configs.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const boot_clock::time_point t0{1000s};
const std::chrono::system_clock::time_point wall{};

run_report found(outcome o) {
  run_report r;
  r.outcome = std::move(o);
  r.duration = 3ms;
  r.waited = 1ms;
  return r;
}

/// A board over checks "a" (critical, ready) and "b" (degraded, ready and startup), whose heart beats at `now`.
struct sample {
  sample() : b(shared(make()), t0, wall) { b.turned(0ns, t0); }
  static std::shared_ptr<const config> shared(config c) { return std::make_shared<const config>(std::move(c)); }
  static config make() {
    config c;
    c.checks = {fakes::check_named("a"), fakes::check_named("b")};
    c.checks[1].settings.severity = severity::degraded;
    c.checks[1].settings.gates = {gate::ready, gate::startup};
    return c;
  }
  snapshot_ptr at(boot_clock::time_point now) {
    b.turned(0ns, now);
    return b.picture(now);
  }
  board b;
};

verdict state(const snapshot_ptr& s, gate g) { return s->of(g).state.state; }

}  // namespace

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

TEST_CASE("board: a picture is shared until something changes or a second passes") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  const auto first = s.at(t0);
  CHECK(s.at(t0 + 900ms) == first);
  const auto second = s.at(t0 + 1s);
  CHECK(second != first);
  CHECK(second->checks[0] == first->checks[0]);
  s.b.ran(0, found(outcome::pass("fine")), t0 + 1100ms);
  const auto third = s.at(t0 + 1100ms);
  CHECK(third->checks[0] != second->checks[0]);
  CHECK(third->checks[1] == second->checks[1]);
}

TEST_CASE("board: a picture that somebody holds does not change when a check runs afterwards") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  const auto held = s.at(t0);
  s.b.ran(0, found(outcome::fail(reason::locked, "locked")), t0 + 100ms);
  s.b.stood_still(10s, t0 + 10s);
  CHECK(held->checks[0]->status.message() == "fine");
  CHECK(held->checks[0]->status.last.message == "fine");
  CHECK(held->checks[0]->counters.runs == 1);
  CHECK(held->checks[0]->counters.failures == reason_counts{});
  CHECK(s.at(t0 + 10s)->checks[0]->counters.runs == 2);
}

TEST_CASE("board: a held picture keeps its configuration when there is another one") {
  sample s;
  const auto held = s.at(t0);
  auto next = sample::make();
  next.checks[0].settings.description = "other";
  s.b.change(sample::shared(next), {0, 1}, t0);
  CHECK(held->checks[0]->config->settings.description->empty());
  CHECK(s.at(t0)->checks[0]->config->settings.description->size() == 5);
}

TEST_CASE("board: of a picture that nobody holds, a run keeps nothing and copies nothing") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  const std::weak_ptr<const snapshot> gone = s.at(t0);
  const auto* view = s.at(t0)->checks[0].get();
  s.b.ran(0, found(outcome::pass("fine")), t0 + 100ms);
  CHECK(gone.expired());
  CHECK(s.at(t0 + 100ms)->checks[0].get() == view);
}

TEST_CASE("board: a view that is too old is made for one picture and not remembered") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  CHECK(s.at(t0 + 30s)->checks[0]->status.message() == "the last result is 30 s old; it was: fine");
  CHECK(s.at(t0 + 40s)->checks[0]->status.message() == "the last result is 40 s old; it was: fine");
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

TEST_CASE("board: the picture of a gate shows the checks that feed it, and no others") {
  sample s;
  s.b.ran(0, found(outcome::fail(reason::full, "full")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0);
  s.at(t0);
  CHECK(s.b.picture(t0, gate::live)->checks.empty());
  CHECK(state(s.b.picture(t0, gate::live), gate::live) == verdict::pass);
  const auto startup = s.b.picture(t0, gate::startup);
  REQUIRE(startup->checks.size() == 1);
  CHECK(startup->find("b") != nullptr);
  CHECK(state(startup, gate::startup) == verdict::pass);
  CHECK(s.b.picture(t0, gate::ready)->checks.size() == 2);
  CHECK(state(s.b.picture(t0, gate::ready), gate::ready) == verdict::fail);
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

TEST_CASE("board: a gate that changes shows it in every picture at once") {
  sample s;
  s.b.ran(1, found(outcome::warn(reason::full, "nearly full")), t0);
  CHECK(state(s.b.picture(t0, gate::startup), gate::startup) == verdict::warn);
  CHECK(state(s.b.picture(t0), gate::startup) == verdict::pass);
  CHECK(state(s.b.picture(t0, gate::startup), gate::startup) == verdict::pass);
  sample other;
  other.b.ran(1, found(outcome::warn(reason::full, "nearly full")), t0);
  CHECK(state(other.b.picture(t0), gate::startup) == verdict::warn);
  CHECK(state(other.b.picture(t0, gate::live), gate::startup) == verdict::pass);
  CHECK(state(other.b.picture(t0), gate::startup) == verdict::pass);
  s.b.turned(0ns, t0 - heartbeat_limit);
  CHECK(state(s.b.picture(t0, gate::live), gate::live) == verdict::fail);
  s.b.turned(0ns, t0);
  CHECK(state(s.b.picture(t0), gate::live) == verdict::pass);
}

TEST_CASE("board: a picture that nobody may have any more is not held") {
  sample s;
  const std::weak_ptr<const snapshot> held = s.b.picture(t0, gate::live);
  s.b.turned(0ns, t0 + heartbeat_period - 1ns);
  CHECK_FALSE(held.expired());
  s.b.turned(0ns, t0 + heartbeat_period);
  CHECK(held.expired());
}

TEST_CASE("board: the picture of a gate stays as long as its checks and its age allow") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0);
  const auto startup = s.b.picture(t0, gate::startup);
  const auto ready = s.b.picture(t0, gate::ready);
  s.b.ran(0, found(outcome::fail(reason::full, "full")), t0 + 1ms);
  CHECK(s.b.picture(t0 + 1ms, gate::startup) == startup);
  CHECK(state(s.b.picture(t0 + 1ms, gate::ready), gate::ready) == verdict::fail);
  CHECK(s.b.picture(t0 + 1ms, gate::ready) != ready);
  s.b.ran(1, found(outcome::pass("fine")), t0 + 2ms);
  CHECK(s.b.picture(t0 + 2ms, gate::startup) != startup);
  const auto live = s.b.picture(t0 + 2ms, gate::live);
  CHECK(s.b.picture(t0 + 1001ms, gate::live) == live);
  CHECK(s.b.picture(t0 + 1002ms, gate::live) != live);
}

TEST_CASE("board: a drain and another configuration show in the pictures of all gates at once") {
  sample s;
  s.b.ran(0, found(outcome::pass("fine")), t0);
  s.b.ran(1, found(outcome::pass("fine")), t0);
  CHECK(state(s.b.picture(t0, gate::ready), gate::ready) == verdict::pass);
  CHECK(s.b.picture(t0, gate::startup)->checks.size() == 1);
  auto next = sample::make();
  next.checks[0].settings.gates = {gate::startup};
  s.b.change(sample::shared(next), {0, 1}, t0);
  CHECK(s.b.picture(t0, gate::startup)->checks.size() == 2);
  CHECK(s.b.picture(t0, gate::ready)->checks.size() == 1);
  s.b.drain();
  CHECK(state(s.b.picture(t0, gate::ready), gate::ready) == verdict::fail);
}

TEST_CASE("board: nothing of a standstill is shown once the heart beats again") {
  sample s;
  for (auto g : all_gates) s.b.picture(t0, g);
  const auto late = t0 + heartbeat_limit;
  CHECK(state(s.b.picture(late, gate::live), gate::live) == verdict::fail);
  CHECK(state(s.b.picture(late), gate::live) == verdict::fail);
  s.b.turned(0ns, late);
  CHECK(state(s.b.picture(late, gate::live), gate::live) == verdict::pass);
  CHECK(state(s.b.picture(late), gate::live) == verdict::pass);
}

TEST_CASE("board: a startup gate that passed with a warning passes without one from then on") {
  sample s;
  s.b.ran(1, found(outcome::warn(reason::full, "nearly full")), t0);
  CHECK(state(s.at(t0), gate::startup) == verdict::warn);
  CHECK(state(s.at(t0 + 1s), gate::startup) == verdict::pass);
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

TEST_CASE("reason counts: only what was found is counted") {
  reason_counts counts;
  CHECK(counts.of(reason::timeout) == 0);
  ++counts[reason::timeout];
  ++counts[reason::stuck];
  ++counts[reason::timeout];
  CHECK(counts.of(reason::timeout) == 2);
  CHECK(counts.of(reason::stuck) == 1);
  CHECK(counts.of(reason::locked) == 0);
  CHECK(counts != reason_counts{});
}

TEST_CASE("histogram: a value falls into the first bucket that is not below it") {
  histogram h;
  h.record(0.0001);
  h.record(0.00011);
  h.record(99);
  CHECK(h.counts[0] == 1);
  CHECK(h.counts[1] == 1);
  CHECK(h.counts.back() == 1);
  CHECK(h.sum == doctest::Approx(99.00021));
}
