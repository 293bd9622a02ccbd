#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "routes/filtered_gate.hpp"

using namespace telltale;

namespace {

fakes::picture two_checks() {
  fakes::picture out;
  out.add("db", "sqlite", outcome::pass("fine"));
  out.add("disk", "disk", outcome::fail(reason::full, "no space"));
  return out;
}

}  // namespace

TEST_CASE("filtered gate: a gate without its failing check passes") {
  const auto picture = two_checks().take();
  CHECK(filtered_gate(*picture, gate::ready, {}, false).state == verdict::fail);
  CHECK(filtered_gate(*picture, gate::ready, {{}, {"db"}}, false).state == verdict::fail);
  CHECK(filtered_gate(*picture, gate::ready, {{}, {"zzz", "disk", "disk"}}, false).state == verdict::pass);
}

TEST_CASE("filtered gate: a gate that loses its last check passes, one that had none does not") {
  CHECK(filtered_gate(*two_checks().take(), gate::ready, {{}, {"disk", "db"}}, false).state == verdict::pass);
  fakes::picture informed;
  informed.add("db", "sqlite", outcome::pass("fine"));
  informed.settings().severity = severity::info;
  CHECK(filtered_gate(*informed.take(), gate::ready, {{}, {"db"}}, false).state == verdict::fail);
  CHECK(filtered_gate(*informed.take(), gate::ready, {}, false).state == verdict::fail);
}

TEST_CASE("filtered gate: draining cannot be excluded") {
  auto picture = two_checks();
  picture.draining = true;
  const auto state = filtered_gate(*picture.take(), gate::ready, {{}, {"disk"}}, false);
  CHECK(state.state == verdict::fail);
  CHECK(state.message.starts_with("draining"));
}

TEST_CASE("filtered gate: a loop that stood still cannot be excluded") {
  auto taken = std::make_shared<snapshot>(*two_checks().take());
  taken->gates[static_cast<std::size_t>(gate::live)].state = {verdict::fail, reason::stuck, "stood still"};
  CHECK(filtered_gate(*taken, gate::live, {{}, {"db"}}, false) == taken->of(gate::live).state);
}

TEST_CASE("filtered gate: a startup gate that has passed stays open") {
  auto picture = two_checks();
  picture.settings().gates = {gate::startup};
  picture.startup_passed = true;
  picture.startup = startup_mode::latch;
  CHECK(filtered_gate(*picture.take(), gate::startup, {{}, {"db"}}, false).state == verdict::pass);
}

TEST_CASE("filtered gate: of the chosen checks the gate is what it would be without any others") {
  const auto picture = two_checks().take();
  CHECK(filtered_gate(*picture, gate::ready, {{"db"}, {}}, false).state == verdict::pass);
  CHECK(filtered_gate(*picture, gate::ready, {{"disk"}, {}}, false).message == "failing: disk (full)");
  CHECK(filtered_gate(*picture, gate::ready, {{"disk", "db", "db"}, {}}, false).state == verdict::fail);
  CHECK(filtered_gate(*picture, gate::ready, {{"disk", "db"}, {"disk"}}, false).state == verdict::pass);
}

TEST_CASE("filtered gate: a chosen name that does not feed the gate fails it, whatever the others say") {
  const auto picture = two_checks().take();
  for (const auto& names : {std::vector<std::string_view>{"dsik"}, {"db", "dsik"}}) {
    const auto state = filtered_gate(*picture, gate::ready, {names, {}}, true);
    CHECK(state.state == verdict::fail);
    CHECK(state.reason == reason::missing);
    CHECK(state.message == "no check of gate ready is named dsik");
  }
  CHECK(filtered_gate(*picture, gate::live, {{"db"}, {}}, false).message == "no check of gate live is named db");
}

TEST_CASE("filtered gate: a choice of checks that decide nothing does not make a gate ready") {
  auto picture = two_checks();
  picture.add("note", "disk", outcome::pass("fine"));
  picture.settings().severity = severity::info;
  const auto taken = picture.take();
  CHECK(filtered_gate(*taken, gate::ready, {{"note"}, {}}, false).reason == reason::missing);
  CHECK(filtered_gate(*taken, gate::ready, {{"db"}, {"db"}}, false).reason == reason::missing);
}

TEST_CASE("filtered gate: draining and a loop that stood still keep a chosen gate closed") {
  auto draining = two_checks();
  draining.draining = true;
  CHECK(filtered_gate(*draining.take(), gate::ready, {{"db"}, {}}, false).message.starts_with("draining"));
  auto taken = std::make_shared<snapshot>(*two_checks().take());
  taken->gates[static_cast<std::size_t>(gate::live)].state = {verdict::fail, reason::stuck, "stood still"};
  CHECK(filtered_gate(*taken, gate::live, {{"db"}, {}}, false).reason == reason::stuck);
}

TEST_CASE("filtered gate: startup that a check has reopened passes for the others") {
  fakes::picture picture;
  for (const auto* name : {"db", "disk"}) {
    picture.add(name, name,
                name == std::string("db") ? outcome::pass("fine") : outcome::fail(reason::full, "no space"));
    picture.settings().gates = {gate::startup};
  }
  picture.startup_passed = true;
  const auto taken = picture.take();
  CHECK(taken->of(gate::startup).state.state == verdict::fail);
  CHECK(filtered_gate(*taken, gate::startup, {{"db"}, {}}, false).state == verdict::pass);
  CHECK(filtered_gate(*taken, gate::startup, {{}, {"disk"}}, false).state == verdict::pass);
  CHECK(filtered_gate(*taken, gate::startup, {{"disk"}, {}}, false).state == verdict::fail);
}
