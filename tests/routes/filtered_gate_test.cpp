#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "routes/filtered_gate.hpp"

using namespace telltale;

namespace {

fakes::snapshot_builder two_checks() {
  fakes::snapshot_builder out;
  out.add("db", "sqlite", outcome::pass("fine"));
  out.add("disk", "disk", outcome::fail(reason::full, "no space"));
  return out;
}

}  // namespace

TEST_CASE("filtered gate: a gate without its failing check passes") {
  const auto snap = two_checks().take();
  CHECK(filtered_gate(*snap, gate::ready, {}, false).state == verdict::fail);
  CHECK(filtered_gate(*snap, gate::ready, {{}, {"db"}}, false).state == verdict::fail);
  CHECK(filtered_gate(*snap, gate::ready, {{}, {"zzz", "disk", "disk"}}, false).state == verdict::pass);
}

TEST_CASE("filtered gate: a gate that loses its last check passes, one without checks does not") {
  CHECK(filtered_gate(*two_checks().take(), gate::ready, {{}, {"disk", "db"}}, false).state == verdict::pass);
  fakes::snapshot_builder informed;
  informed.add("db", "sqlite", outcome::pass("fine"));
  informed.settings().severity = severity::info;
  CHECK(filtered_gate(*informed.take(), gate::ready, {{}, {"db"}}, false).state == verdict::fail);
  CHECK(filtered_gate(*informed.take(), gate::ready, {}, false).state == verdict::fail);
}

TEST_CASE("filtered gate: draining cannot be excluded") {
  auto snap = two_checks();
  snap.draining = true;
  const auto state = filtered_gate(*snap.take(), gate::ready, {{}, {"disk"}}, false);
  CHECK(state.state == verdict::fail);
  CHECK(state.message.starts_with("draining"));
}

TEST_CASE("filtered gate: a stalled loop cannot be excluded") {
  auto taken = std::make_shared<snapshot>(*two_checks().take());
  taken->gates[static_cast<std::size_t>(gate::live)].state = {verdict::fail, reason::stuck, "stalled"};
  CHECK(filtered_gate(*taken, gate::live, {{}, {"db"}}, false) == taken->of(gate::live).state);
}

TEST_CASE("filtered gate: a startup gate that has passed stays open") {
  auto snap = two_checks();
  snap.settings().gates = {gate::startup};
  snap.startup_passed = true;
  snap.startup = startup_mode::latch;
  CHECK(filtered_gate(*snap.take(), gate::startup, {{}, {"db"}}, false).state == verdict::pass);
}

TEST_CASE("filtered gate: a selection of checks gives the gate of a configuration with only these") {
  const auto snap = two_checks().take();
  CHECK(filtered_gate(*snap, gate::ready, {{"db"}, {}}, false).state == verdict::pass);
  CHECK(filtered_gate(*snap, gate::ready, {{"disk"}, {}}, false).message == "failing: disk (full)");
  CHECK(filtered_gate(*snap, gate::ready, {{"disk", "db", "db"}, {}}, false).state == verdict::fail);
  CHECK(filtered_gate(*snap, gate::ready, {{"disk", "db"}, {"disk"}}, false).state == verdict::pass);
}

TEST_CASE("filtered gate: a selected name that does not feed the gate fails it, whatever the others report") {
  const auto snap = two_checks().take();
  for (const auto& names : {std::vector<std::string_view>{"dsik"}, {"db", "dsik"}}) {
    const auto state = filtered_gate(*snap, gate::ready, {names, {}}, true);
    CHECK(state.state == verdict::fail);
    CHECK(state.reason == reason::missing);
    CHECK(state.message == "no check of gate ready is named dsik");
  }
  CHECK(filtered_gate(*snap, gate::live, {{"db"}, {}}, false).message == "no check of gate live is named db");
}

TEST_CASE("filtered gate: a selection of checks that decide nothing does not make a gate ready") {
  auto snap = two_checks();
  snap.add("note", "disk", outcome::pass("fine"));
  snap.settings().severity = severity::info;
  const auto taken = snap.take();
  CHECK(filtered_gate(*taken, gate::ready, {{"note"}, {}}, false).reason == reason::missing);
  CHECK(filtered_gate(*taken, gate::ready, {{"db"}, {"db"}}, false).reason == reason::missing);
}

TEST_CASE("filtered gate: draining and a stalled loop keep a selected gate closed") {
  auto draining = two_checks();
  draining.draining = true;
  CHECK(filtered_gate(*draining.take(), gate::ready, {{"db"}, {}}, false).message.starts_with("draining"));
  auto taken = std::make_shared<snapshot>(*two_checks().take());
  taken->gates[static_cast<std::size_t>(gate::live)].state = {verdict::fail, reason::stuck, "stalled"};
  CHECK(filtered_gate(*taken, gate::live, {{"db"}, {}}, false).reason == reason::stuck);
}

TEST_CASE("filtered gate: startup that a check has reopened passes for the others") {
  fakes::snapshot_builder snap;
  for (const auto* name : {"db", "disk"}) {
    snap.add(name, name, name == std::string("db") ? outcome::pass("fine") : outcome::fail(reason::full, "no space"));
    snap.settings().gates = {gate::startup};
  }
  snap.startup_passed = true;
  const auto taken = snap.take();
  CHECK(taken->of(gate::startup).state.state == verdict::fail);
  CHECK(filtered_gate(*taken, gate::startup, {{"db"}, {}}, false).state == verdict::pass);
  CHECK(filtered_gate(*taken, gate::startup, {{}, {"disk"}}, false).state == verdict::pass);
  CHECK(filtered_gate(*taken, gate::startup, {{"disk"}, {}}, false).state == verdict::fail);
}
