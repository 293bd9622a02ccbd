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

TEST_CASE("gate listing: failing checks come first, the critical before the degraded, passing ones last") {
  auto picture = fakes::mixed_picture();
  picture.add("old", "disk", outcome::warn(reason::threshold, "nearly full"));
  const auto taken = picture.take();
  const auto listing = list_gate(*taken, gate::ready, {});
  CHECK(names(listing.shown) == std::vector<std::string>{"disk", "updates", "model", "old", "db"});
}

TEST_CASE("gate listing: of checks in one state what hurts most comes first, whatever their order") {
  fakes::picture picture;
  for (const auto how_bad : {severity::info, severity::degraded, severity::critical}) {
    picture.add(std::string(choices<severity>::names[static_cast<std::size_t>(how_bad)]), "disk",
                outcome::fail(reason::full, "full"));
    picture.settings().severity = how_bad;
  }
  const auto taken = picture.take();
  const auto listing = list_gate(*taken, gate::ready, {});
  CHECK(names(listing.shown) == std::vector<std::string>{"critical", "degraded", "info"});
}

TEST_CASE("gate listing: only checks that feed the gate are listed") {
  const auto picture = fakes::mixed_picture().take();
  const auto listing = list_gate(*picture, gate::startup, {});
  CHECK(names(listing.shown) == std::vector<std::string>{"db"});
}

TEST_CASE("gate listing: an excluded name is known when it feeds this gate, and told once") {
  const auto picture = fakes::mixed_picture().take();
  const auto listing = list_gate(*picture, gate::startup, {{}, {"db", "db", "disk", "nobody", "nobody"}});
  CHECK(listing.shown.empty());
  CHECK(listing.excluded == std::vector<std::string_view>{"db"});
  CHECK(listing.unknown == std::vector<std::string_view>{"disk", "nobody"});
}

TEST_CASE("gate listing: only the chosen names are shown, less the excluded ones") {
  const auto picture = fakes::mixed_picture().take();
  const auto listing = list_gate(*picture, gate::ready, {{"db", "disk", "db", "nobody", "nobody"}, {"disk", "model"}});
  CHECK(names(listing.shown) == std::vector<std::string>{"db"});
  CHECK(listing.only == std::vector<std::string_view>{"db", "disk"});
  CHECK(listing.unknown_only == std::vector<std::string_view>{"nobody"});
  CHECK(listing.excluded == std::vector<std::string_view>{"disk", "model"});
  CHECK(listing.unknown.empty());
}

TEST_CASE("gate listing: a list of names stays short and on one line") {
  CHECK(short_list({"a", "b"}) == "a, b");
  const std::string wild(5000, '\n');
  const std::vector<std::string_view> many(500, wild);
  const auto text = short_list(many);
  CHECK(text.size() < 700);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.ends_with(" and 492 more"));
}
