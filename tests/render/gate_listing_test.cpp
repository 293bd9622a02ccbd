#include <doctest/doctest.h>

#include "fakes/snapshots.hpp"
#include "render/gate_listing.hpp"

using namespace telltale;

namespace {

std::vector<std::string> names(const std::vector<const check_view*>& views) {
  std::vector<std::string> out;
  for (const auto* view : views) out.push_back(view->config->settings.name);
  return out;
}

}  // namespace

TEST_CASE("gate listing: failing checks come first, critical before degraded, passing ones last") {
  auto snap = fakes::mixed_snapshot();
  snap.add("old", "disk", outcome::warn(reason::threshold, "nearly full"));
  const auto taken = snap.take();
  const auto listing = list_gate(*taken, gate::ready, {});
  CHECK(names(listing.shown) == std::vector<std::string>{"disk", "updates", "model", "old", "db"});
}

TEST_CASE("gate listing: within one state, checks that affect the gate come first, in any input order") {
  fakes::snapshot_builder snap;
  for (const auto how_bad : {severity::info, severity::degraded, severity::critical}) {
    snap.add(std::string(choices<severity>::names[static_cast<std::size_t>(how_bad)]), "disk",
             outcome::fail(reason::full, "full"));
    snap.settings().severity = how_bad;
  }
  const auto taken = snap.take();
  const auto listing = list_gate(*taken, gate::ready, {});
  CHECK(names(listing.shown) == std::vector<std::string>{"critical", "degraded", "info"});
}

TEST_CASE("gate listing: only checks that feed the gate are listed") {
  const auto snap = fakes::mixed_snapshot().take();
  const auto listing = list_gate(*snap, gate::startup, {});
  CHECK(names(listing.shown) == std::vector<std::string>{"db"});
}

TEST_CASE("gate listing: an excluded name that feeds the gate is known, and listed once") {
  const auto snap = fakes::mixed_snapshot().take();
  const auto listing = list_gate(*snap, gate::startup, {{}, {"db", "db", "disk", "nobody", "nobody"}});
  CHECK(listing.shown.empty());
  CHECK(listing.excluded == std::vector<std::string_view>{"db"});
  CHECK(listing.unknown == std::vector<std::string_view>{"disk", "nobody"});
}

TEST_CASE("gate listing: only the selected names are shown, without the excluded ones") {
  const auto snap = fakes::mixed_snapshot().take();
  const auto listing = list_gate(*snap, gate::ready, {{"db", "disk", "db", "nobody", "nobody"}, {"disk", "model"}});
  CHECK(names(listing.shown) == std::vector<std::string>{"db"});
  CHECK(listing.only == std::vector<std::string_view>{"db", "disk"});
  CHECK(listing.unknown_only == std::vector<std::string_view>{"nobody"});
  CHECK(listing.excluded == std::vector<std::string_view>{"disk", "model"});
  CHECK(listing.unknown.empty());
}

TEST_CASE("gate listing: a list of names is short and on one line") {
  CHECK(short_list({"a", "b"}) == "a, b");
  const std::string wild(5000, '\n');
  const std::vector<std::string_view> many(500, wild);
  const auto text = short_list(many);
  CHECK(text.size() < 700);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.ends_with(" and 492 more"));
}
