// Tests what reopens the startup gate after it has passed.
#include <doctest/doctest.h>

#include "snapshot/board_sample.hpp"

using namespace telltale;
using namespace telltale::test;

namespace {

/// Checks "a" and "b", both critical and feeding startup, which has passed.
struct started {
  explicit started(startup_mode mode = startup_mode::follow, std::uint64_t fall = 1) {
    s.b.change(sample::shared(make(mode, fall)), {std::nullopt, std::nullopt}, t0);
    for (const std::size_t check : {0, 1}) s.b.on_run(check, found(outcome::pass("fine")), t0);
    REQUIRE(startup(t0) == verdict::pass);
  }
  static config make(startup_mode mode, std::uint64_t fall = 1) {
    auto c = sample::make();
    c.server.startup = mode;
    for (auto& check : c.checks) {
      check.settings.severity = severity::critical;
      check.settings.gates = {gate::startup};
      check.settings.fall = fall;
    }
    return c;
  }
  verdict startup(boot_clock::time_point now) { return state(s.at(now), gate::startup); }
  void fails(boot_clock::time_point now) { s.b.on_run(1, found(outcome::fail(reason::missing, "gone")), now); }
  void passes(boot_clock::time_point now) { s.b.on_run(1, found(outcome::pass("fine")), now); }

  sample s;
};

}  // namespace

TEST_CASE("board: a passed startup gate fails with a critical check that feeds it, and passes with it again") {
  started app;
  app.fails(t0 + 1s);
  const auto failed = app.s.at(t0 + 1s);
  CHECK(failed->of(gate::startup).state.state == verdict::fail);
  CHECK(failed->of(gate::startup).state.message == "failing: b (missing)");
  CHECK(failed->of(gate::startup).transitions == 1);
  app.passes(t0 + 2s);
  CHECK(app.startup(t0 + 2s) == verdict::pass);
  app.fails(t0 + 3s);
  CHECK(app.startup(t0 + 3s) == verdict::fail);
}

TEST_CASE("board: a startup gate that failed again waits for every check as before its first pass") {
  started app;
  app.fails(t0 + 1s);
  CHECK(app.startup(t0 + 1s) == verdict::fail);
  app.s.b.on_stall(10s, t0 + 11s);
  app.passes(t0 + 12s);
  CHECK(app.startup(t0 + 12s) == verdict::fail);  // "a" has no result
  app.s.b.on_run(0, found(outcome::pass("fine")), t0 + 13s);
  CHECK(app.startup(t0 + 13s) == verdict::pass);
}

TEST_CASE("board: a stall, stale results and new checks leave startup passed") {
  started app;
  app.s.b.on_stall(12s, t0 + 12s);
  CHECK(app.startup(t0 + 12s) == verdict::pass);
  CHECK(app.startup(t0 + 60s) == verdict::pass);
  CHECK(app.s.at(t0 + 60s)->find("b")->status.reason == reason::stale);
  app.s.b.change(sample::shared(started::make(startup_mode::follow)), {0, std::nullopt}, t0 + 61s);
  CHECK(app.startup(t0 + 61s) == verdict::pass);
  CHECK(app.startup(t0 + 120s) == verdict::pass);
  app.fails(t0 + 121s);
  CHECK(app.startup(t0 + 121s) == verdict::fail);
}

TEST_CASE("board: a check below its fall threshold does not fail startup") {
  started app(startup_mode::follow, 3);
  for (const auto second : {1s, 2s}) {
    app.fails(t0 + second);
    CHECK(app.startup(t0 + second) == verdict::pass);
  }
  app.fails(t0 + 3s);
  CHECK(app.startup(t0 + 3s) == verdict::fail);
}

TEST_CASE("board: with startup: latch the gate stays passed until a reload sets follow") {
  started app(startup_mode::latch);
  app.fails(t0 + 1s);
  CHECK(app.startup(t0 + 1s) == verdict::pass);
  CHECK(app.s.at(t0 + 1s)->of(gate::startup).transitions == 0);
  app.s.b.change(sample::shared(started::make(startup_mode::follow)), {0, 1}, t0 + 2s);
  CHECK(app.startup(t0 + 2s) == verdict::fail);
}

TEST_CASE("board: a failing degraded check does not reopen startup") {
  auto c = started::make(startup_mode::follow);
  c.checks[1].settings.severity = severity::degraded;
  started app;
  app.s.b.change(sample::shared(c), {0, 1}, t0);
  app.fails(t0 + 1s);
  CHECK(app.startup(t0 + 1s) == verdict::pass);
}
