#include "commands/list_checks.hpp"

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

using namespace telltale;

namespace {

check_table table() {
  check_type door;
  door.name = "door";
  door.summary = "Watches a door.";
  door.proves = "The door is shut.";
  door.does_not_prove = "That it is locked.";
  door.component = "system";
  door.options = {{"path", {option_kind::path, {}, {}, {}}, true, "", "Which door."},
                  {"open", {option_kind::boolean, {}, {}, {}}, false, "false", "Whether it may be open."}};
  const option_shape hinge{
      option_kind::group, {}, {}, {{"side", {option_kind::text, {}, {}, {}}, false, "left", "Where."}}};
  const option_shape name_or_hinge{option_kind::text, {}, {hinge}, {}};
  door.options.push_back({"hinges", {option_kind::map, {}, {name_or_hinge}, {}}, false, "", "By name."});
  door.measurements = {{"openings", "How often it was opened."}};
  return {door};
}

}  // namespace

TEST_CASE("list checks: the list has every type, one type has options and measurements") {
  const auto all = list_checks({"", listing_format::text}, table());
  CHECK(all.exit_code == 0);
  CHECK(all.out.find("door  Watches a door.\n") != std::string::npos);
  const auto one = list_checks({"door", listing_format::text}, table());
  CHECK(one.exit_code == 0);
  CHECK(one.out.find("Proves: The door is shut.\nDoes not prove: That it is locked.\n"
                     "Default interval 10s, timeout 2s.\n") != std::string::npos);
  CHECK(one.out.find("  path: path, required\n      Which door.\n") != std::string::npos);
  CHECK(one.out.find("  open: true or false, default false\n      Whether it may be open.\n") != std::string::npos);
  CHECK(one.out.find("  hinges.*.side: text, default left\n      Where.\n") != std::string::npos);
  CHECK(one.out.find("  openings\n      How often it was opened.\n") != std::string::npos);
}

TEST_CASE("list checks: JSON of all types and of one") {
  const auto all = boost::json::parse(list_checks({"", listing_format::json}, table()).out).as_array();
  const auto one = boost::json::parse(list_checks({"door", listing_format::json}, table()).out).as_object();
  CHECK(all.at(0).as_object() == one);
  CHECK(one.at("does_not_prove").as_string() == "That it is locked.");
  CHECK(one.at("component").as_string() == "system");
  CHECK(one.at("interval").as_string() == "10s");
  CHECK(one.at("options").as_array().at(0).at("required").as_bool());
  CHECK(one.at("options").as_array().at(1).at("default").as_string() == "false");
  CHECK(one.at("options").as_array().at(2).at("options").as_array().at(0).at("name").as_string() == "side");
  CHECK(one.at("measurements").as_array().at(0).at("name").as_string() == "openings");
}

TEST_CASE("list checks: an unknown type is a usage error with a hint") {
  const auto refused = list_checks({"dor", listing_format::text}, table());
  CHECK(refused.exit_code == 2);
  CHECK(refused.err == "telltale checks: unknown check type 'dor'; did you mean 'door'?\n");
}
