// Tests the counters of a snapshot and the checks of a gate.
#include "snapshot/snapshot.hpp"

#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"

using namespace telltale;

TEST_CASE("check counters: every run counts, and a failure for its reason only") {
  check_counters counters;
  run_report run;
  for (const auto& found :
       {outcome::pass("fine"), outcome::warn(reason::threshold, "close"), outcome::fail(reason::timeout, "late"),
        outcome::fail(reason::timeout, "late"), outcome::fail(reason::stuck, "stuck")}) {
    run.outcome = found;
    counters.record(run);
  }
  CHECK(counters.runs == 5);
  CHECK(counters.failures == std::map<reason, std::uint64_t>{{reason::timeout, 2}, {reason::stuck, 1}});
}

TEST_CASE("snapshot: a gate is fed by the checks that name it, in configuration order") {
  fakes::snapshot_builder builder;
  for (const auto* name : {"a", "b", "c"}) builder.add(name, "disk", outcome::pass("fine"));
  builder.settings().gates = {gate::live};
  builder.settings().severity = severity::info;
  const auto snap = builder.take();
  const auto ready = snap->fed_to(gate::ready);
  REQUIRE(ready.size() == 2);
  CHECK(ready[0].name == "a");
  CHECK(ready[1].name == "b");
  CHECK(ready[1].value == &snap->find("b")->status);
  const auto live = snap->fed_to(gate::live);
  REQUIRE(live.size() == 1);
  CHECK(live[0].severity == severity::info);
  CHECK(snap->fed_to(gate::startup).empty());
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
