// Tests how rise, fall and age turn a series of outcomes into a status.
#include "policy/status.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const boot_clock::time_point t0{1000s};

outcome result(char c) {
  if (c == 'p') return outcome::pass("fine");
  if (c == 'w') return outcome::warn(reason::threshold, "close");
  return outcome::fail(reason::locked, "locked");
}

/// Applies outcomes ('p', 'w', 'f') one second apart and returns the state after each.
std::string play(std::string_view outcomes, std::uint64_t rise, std::uint64_t fall) {
  const thresholds limits{rise, fall, 60s};
  auto s = initial_status(t0);
  auto now = t0;
  std::string states;
  for (char c : outcomes) {
    s = next_status(s, result(c), limits, now += 1s);
    states += to_string(s.state)[0] == 'p' && s.state == check_state::pending ? '?' : to_string(s.state)[0];
  }
  return states;
}

}  // namespace

TEST_CASE("policy: thresholds decide when a status changes") {
  struct row {
    const char* outcomes;
    std::uint64_t rise, fall;
    const char* states;
  };
  for (const auto& r : {
           row{"pfpf", 1, 1, "pfpf"},        // without thresholds every run decides
           row{"f", 3, 3, "f"},              // the first run decides at once
           row{"p", 3, 3, "p"},              //
           row{"w", 3, 3, "w"},              //
           row{"pffpfff", 1, 3, "ppppppf"},  // a good run in between restarts the count
           row{"pffwfff", 1, 3, "pppwwwf"},  // a warning is not a failure
           row{"fppfppp", 3, 1, "ffffffp"},  // the same for recovery
           row{"fpwp", 3, 1, "fffp"},        // warnings count as good runs
           row{"fpww", 3, 1, "fffw"},        // and the last of them gives the state
           row{"pwpw", 3, 3, "pwpw"},        // pass and warn follow each run
           row{"fff", 1, 2, "fff"},          //
           row{"pfwf", 1, 2, "ppww"},        //
       }) {
    CAPTURE(r.outcomes);
    CAPTURE(r.rise);
    CAPTURE(r.fall);
    CHECK(play(r.outcomes, r.rise, r.fall) == r.states);
  }
}

TEST_CASE("policy: one failure below the threshold keeps the status and shows as the last run") {
  const thresholds limits{1, 2, 60s};
  auto s = next_status(initial_status(t0), result('p'), limits, t0 + 1s);
  s = next_status(s, result('f'), limits, t0 + 2s);
  CHECK(s.state == check_state::pass);
  CHECK(s.reason == reason::ok);
  CHECK(s.message == "fine");
  CHECK(s.streak == 1);
  CHECK(s.since == t0 + 1s);
  CHECK(s.fresh_at == t0 + 2s);
  CHECK(s.last.reason == reason::locked);
  CHECK(s.last.message != "fine");
  s = next_status(s, result('f'), limits, t0 + 3s);
  CHECK(s.state == check_state::fail);
  CHECK(s.reason == reason::locked);
  CHECK(s.since == t0 + 3s);
  CHECK(s.streak == 0);
}

TEST_CASE("policy: a result is valid until max_age and not a moment longer") {
  const thresholds limits{1, 1, 22s};
  const auto s = next_status(initial_status(t0), result('p'), limits, t0);
  CHECK(stale_at(s, limits) == t0 + 22s);
  CHECK(status_at(s, limits, t0 + 22s - 1ns) == s);
  const auto old = status_at(s, limits, t0 + 22s);
  CHECK(old.state == check_state::fail);
  CHECK(old.reason == reason::stale);
  CHECK(old.since == t0 + 22s);
  CHECK(old.message == "the last result is over 20 s old; it was: fine");
  CHECK(status_at(old, limits, t0 + 30s).reason == reason::stale);
}

TEST_CASE("policy: a check without any result turns stale too") {
  const thresholds limits{1, 1, 22s};
  const auto s = initial_status(t0);
  CHECK(status_at(s, limits, t0 + 21s).state == check_state::pending);
  const auto old = status_at(s, limits, t0 + 30s);
  CHECK(old.state == check_state::fail);
  CHECK(old.reason == reason::stale);
  CHECK(old.message == "no result for over 30 s");
}

TEST_CASE("policy: a failing check that turns stale keeps the time of its failure") {
  const thresholds limits{1, 1, 22s};
  const auto s = next_status(initial_status(t0), result('f'), limits, t0 + 5s);
  CHECK(status_at(s, limits, t0 + 60s).since == t0 + 5s);
}

TEST_CASE("policy: a stall invalidates earlier results, and the next one decides at once") {
  const thresholds limits{3, 3, 22s};
  auto s = next_status(initial_status(t0), result('p'), limits, t0);
  s = reset_after_stall(s, 30s, t0 + 31s);
  CHECK(s.state == check_state::pending);
  CHECK(s.reason == reason::stale);
  CHECK(s.message == "the program was suspended for 30 s; checking again");
  CHECK(status_at(s, limits, t0 + 32s).state == check_state::pending);
  CHECK(status_at(s, limits, t0 + 53s).state == check_state::fail);
  CHECK(next_status(s, result('p'), limits, t0 + 32s).state == check_state::pass);
  CHECK(next_status(s, result('f'), limits, t0 + 32s).state == check_state::fail);
  // A check without a result waits anew, instead of being too old at once.
  const auto waiting = reset_after_stall(initial_status(t0), 30s, t0 + 31s);
  CHECK(status_at(waiting, limits, t0 + 31s + limits.max_age - 1ns).state == check_state::pending);
  CHECK(waiting.since == t0);
}

TEST_CASE("policy: a failure after a stale result counts at once, a success only after `rise`") {
  const thresholds limits{3, 3, 10s};
  auto passing = next_status(initial_status(t0), result('p'), limits, t0);
  REQUIRE(status_at(passing, limits, t0 + 11s).state == check_state::fail);
  // It was shown as failed already, so only a passing run may make it pass.
  CHECK(next_status(passing, result('f'), limits, t0 + 11s).state == check_state::fail);
  CHECK(next_status(passing, result('f'), limits, t0 + 9s).state == check_state::pass);
  CHECK(next_status(passing, result('p'), limits, t0 + 11s).state == check_state::pass);

  auto failing = next_status(initial_status(t0), result('f'), limits, t0);
  CHECK(next_status(failing, result('p'), limits, t0 + 11s).state == check_state::fail);
}
