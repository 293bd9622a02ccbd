#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "routes/excluded_gate.hpp"

using namespace telltale;

namespace {

fakes::picture two_checks() {
  fakes::picture out;
  out.add("db", "sqlite", outcome::pass("fine"));
  out.add("disk", "disk", outcome::fail(reason::full, "no space"));
  return out;
}

}  // namespace

TEST_CASE("excluded gate: a gate without its failing check passes") {
  const auto picture = two_checks().take();
  CHECK(gate_without(*picture, gate::ready, {}, false).state == verdict::fail);
  CHECK(gate_without(*picture, gate::ready, {"db"}, false).state == verdict::fail);
  CHECK(gate_without(*picture, gate::ready, {"zzz", "disk", "disk"}, false).state == verdict::pass);
}

TEST_CASE("excluded gate: a gate that loses its last check passes, one that had none does not") {
  CHECK(gate_without(*two_checks().take(), gate::ready, {"disk", "db"}, false).state == verdict::pass);
  fakes::picture informed;
  informed.add("db", "sqlite", outcome::pass("fine"));
  informed.settings().severity = severity::info;
  CHECK(gate_without(*informed.take(), gate::ready, {"db"}, false).state == verdict::fail);
  CHECK(gate_without(*informed.take(), gate::ready, {}, false).state == verdict::fail);
}

TEST_CASE("excluded gate: draining cannot be excluded") {
  auto picture = two_checks();
  picture.draining = true;
  const auto state = gate_without(*picture.take(), gate::ready, {"disk"}, false);
  CHECK(state.state == verdict::fail);
  CHECK(state.message.starts_with("draining"));
}

TEST_CASE("excluded gate: a loop that stood still cannot be excluded") {
  auto taken = std::make_shared<snapshot>(*two_checks().take());
  taken->gates[static_cast<std::size_t>(gate::live)].state = {verdict::fail, reason::stuck, "stood still"};
  CHECK(gate_without(*taken, gate::live, {"db"}, false) == taken->of(gate::live).state);
}

TEST_CASE("excluded gate: a startup gate that has passed stays open") {
  auto picture = two_checks();
  picture.settings().gates = {gate::startup};
  picture.startup_passed = true;
  picture.startup = startup_mode::latch;
  CHECK(gate_without(*picture.take(), gate::startup, {"db"}, false).state == verdict::pass);
}
