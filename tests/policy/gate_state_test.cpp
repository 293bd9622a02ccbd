// Tests gates with the generated full truth table against an independent rule.
#include "policy/gate_state.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const boot_clock::time_point t0{1000s};
const thresholds limits{1, 1, 22s};

enum class found { pending, pass, warn, fail, stale, stale_pending };
constexpr std::array all_found{found::pending, found::pass,  found::warn,
                               found::fail,    found::stale, found::stale_pending};
constexpr std::array all_severities{severity::critical, severity::degraded, severity::info};

/// A status as of 10 s after t0; stale ones are older.
status make(found f) {
  const auto now = t0 + 10s;
  auto ran = [&](outcome o, boot_clock::time_point when) {
    return status_at(next_status(initial_status(when), std::move(o), limits, when), limits, now);
  };
  switch (f) {
    case found::pending:
      return initial_status(t0);
    case found::pass:
      return ran(outcome::pass("fine"), t0);
    case found::warn:
      return ran(outcome::warn(reason::threshold, "close"), t0);
    case found::fail:
      return ran(outcome::fail(reason::locked, "locked"), t0);
    case found::stale:
      return ran(outcome::pass("fine"), t0 - 60s);
    case found::stale_pending:
      return status_at(initial_status(t0 - 60s), limits, now);
  }
  return {};
}

/// States independently of the implementation what one check makes of a gate.
verdict expected(found f, severity s, gate g) {
  if (s == severity::info || f == found::pass) return verdict::pass;
  if (f == found::pending) return g == gate::live ? verdict::warn : verdict::fail;
  return f == found::warn || s == severity::degraded ? verdict::warn : verdict::fail;
}

struct world {
  bool draining, latched, late, follows;
};
constexpr std::array<world, 16> all_worlds = [] {
  std::array<world, 16> out{};
  for (unsigned i = 0; i < out.size(); ++i) out[i] = {(i & 8) != 0, (i & 4) != 0, (i & 2) != 0, (i & 1) != 0};
  return out;
}();

verdict expected(verdict checks, bool failed, bool anybody, bool without, gate g, const world& w) {
  if (g == gate::ready && w.draining) return verdict::fail;
  if (g == gate::ready && !anybody && !without) return verdict::fail;
  if (g == gate::live && w.late) return verdict::fail;
  if (g == gate::startup && w.latched && !(w.follows && failed)) return verdict::pass;
  return checks;
}

gate_state evaluate(gate g, std::span<const fed_status> fed, bool without, const world& w) {
  const auto mode = w.follows ? startup_mode::follow : startup_mode::latch;
  return evaluate_gate({g, fed, without, w.draining, mode, w.latched, w.late ? 5s : 4s});
}

}  // namespace

TEST_CASE("gate: every pair of checks gives what the rule says, under all conditions") {
  std::size_t rows = 0;
  for (auto f1 : all_found)
    for (auto s1 : all_severities)
      for (auto f2 : all_found)
        for (auto s2 : all_severities)
          for (auto g : all_gates)
            for (const auto& w : all_worlds)
              for (bool without : {false, true}) {
                const auto a = make(f1);
                const auto b = make(f2);
                const std::array<fed_status, 2> fed{{{&a, s1}, {&b, s2}}};
                const bool anybody = s1 != severity::info || s2 != severity::info;
                const bool failed =
                    (f1 == found::fail && s1 == severity::critical) || (f2 == found::fail && s2 == severity::critical);
                const auto checks = worst(expected(f1, s1, g), expected(f2, s2, g));
                const auto want = expected(checks, failed, anybody, without, g, w);
                const auto got = evaluate(g, fed, without, w);
                REQUIRE_MESSAGE(got.state == want, "row ", rows, " gate ", std::string(to_string(g)));
                REQUIRE((got.state == verdict::pass) == got.message.empty());
                ++rows;
              }
  CHECK(rows == 6 * 3 * 6 * 3 * 3 * 16 * 2);
}

TEST_CASE("gate: an empty set is never ready unless the configuration says so") {
  for (const auto& w : all_worlds)
    for (auto g : all_gates)
      for (bool without : {false, true})
        CHECK(evaluate(g, {}, without, w).state == expected(verdict::pass, false, false, without, g, w));
}

TEST_CASE("gate: the worst check gives the reason, and the message names the deciding checks") {
  const auto warn = make(found::warn);
  const auto bad = make(found::fail);
  const auto old = make(found::stale);
  const std::array<fed_status, 4> fed{{{&warn, severity::critical, "a"},
                                       {&bad, severity::critical, "b"},
                                       {&old, severity::critical, "c"},
                                       {&bad, severity::info, "d"}}};
  const auto got = evaluate_gate({gate::ready, fed, false, false, startup_mode::follow, false, 0s});
  CHECK(got.reason == reason::locked);
  CHECK(got.message == "failing: b (locked), c (stale)");
  const auto warning =
      evaluate_gate({gate::ready, std::span(fed).first(1), false, false, startup_mode::follow, false, 0s});
  CHECK(warning.reason == reason::threshold);
  CHECK(warning.message == "warning: a (threshold)");
  const std::vector<fed_status> many(9, {&bad, severity::critical, "x"});
  CHECK(evaluate_gate({gate::ready, many, false, false, startup_mode::follow, false, 0s}).message ==
        "failing: x (locked), x (locked), x (locked), x (locked), x (locked) and 4 more");
}

TEST_CASE("gate: a stalled loop is not alive, whatever its checks reported") {
  const auto good = make(found::pass);
  const std::array<fed_status, 1> fed{{{&good, severity::critical}}};
  CHECK(evaluate_gate({gate::live, fed, false, false, startup_mode::follow, false, 4999ms}).state == verdict::pass);
  const auto got = evaluate_gate({gate::live, fed, false, false, startup_mode::follow, false, 7s});
  CHECK(got.state == verdict::fail);
  CHECK(got.reason == reason::stuck);
  CHECK(got.message == "the event loop stalled for over 5 s");
}

TEST_CASE("gate: draining overrides ready and does not affect live") {
  const auto good = make(found::pass);
  const std::array<fed_status, 1> fed{{{&good, severity::critical}}};
  CHECK(evaluate_gate({gate::ready, fed, true, true, startup_mode::follow, true, 0s}).state == verdict::fail);
  CHECK(evaluate_gate({gate::live, fed, false, true, startup_mode::follow, true, 0s}).state == verdict::pass);
}

TEST_CASE("gate: a passed startup gate names the check that has failed since, and only failed runs reopen it") {
  const auto good = make(found::pass);
  const auto bad = make(found::fail);
  const auto old = make(found::stale);
  const auto unknown = reset_after_stall(good, 12s, t0 + 10s);
  auto after = [&](const status& s, severity weight) {
    const std::array<fed_status, 2> fed{{{&good, severity::critical, "db"}, {&s, weight, "model"}}};
    return evaluate_gate({gate::startup, fed, false, false, startup_mode::follow, true, 0s});
  };
  CHECK(after(bad, severity::critical).message == "failing: model (locked)");
  CHECK(after(bad, severity::degraded).state == verdict::pass);
  for (const auto& s : {old, unknown, initial_status(t0)}) CHECK(after(s, severity::critical).state == verdict::pass);
  // The marker check's own `stale` is the result of a run, not the age of a result.
  const auto old_marker = next_status(good, outcome::fail(reason::stale, "from before the boot"), limits, t0 + 10s);
  CHECK(after(old_marker, severity::critical).state == verdict::fail);
  // The last known result of the stale check was a failure.
  const auto long_ago = status_at(bad, limits, t0 + 100s);
  CHECK(after(long_ago, severity::critical).state == verdict::pass);
}

TEST_CASE("gate: a slow check is not awaited, and counts like any other once it has a result") {
  for (auto f : all_found)
    for (auto s : all_severities)
      for (auto g : all_gates) {
        const auto one = make(f);
        const std::array<fed_status, 1> fed{{{&one, s, "db", true}}};
        const auto got = evaluate_gate({g, fed, true, false, startup_mode::follow, false, 0s});
        const bool waits = f == found::pending && s != severity::info;
        CHECK(got.state == (waits ? verdict::warn : expected(f, s, g)));
        if (waits) CHECK(got.message == "warning: db (pending)");
      }
}
