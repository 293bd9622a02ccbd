#include <string>

#include <doctest/doctest.h>

#include "routes/header_list.hpp"

using namespace telltale;

TEST_CASE("header list: elements, parameters and weights are parsed") {
  const auto found = weighted_elements(R"( text/plain ; version="0.0.4" ;q=0.25,*/*, a;b="x,;y\"z";c , ,;q=1)");
  REQUIRE(found.size() == 3);
  CHECK(found[0].value == "text/plain");
  CHECK(found[0].parameters == std::vector<std::pair<std::string_view, std::string_view>>{{"version", "0.0.4"}});
  CHECK(found[0].weight == doctest::Approx(0.25));
  CHECK(found[1].value == "*/*");
  CHECK(found[1].weight == 1);
  CHECK(found[2].parameters.size() == 2);
  CHECK(found[2].parameters[0].second == R"(x,;y\"z)");
}

TEST_CASE("header list: an invalid weight drops its element") {
  for (const std::string weight : {"1.5", "2", "-1", "0.1234", ".5", "x", "", "1e0", "nan"}) {
    CAPTURE(weight);
    const auto found = weighted_elements("a;q=" + std::string(weight));
    CHECK((found.empty() || found[0].value != "a"));
  }
  for (const std::string weight : {"0", "1", "0.", "1.000", "0.123"}) {
    CAPTURE(weight);
    CHECK(weighted_elements("a;q=" + std::string(weight)).size() == 1);
  }
}

TEST_CASE("header list: an unterminated quote ends with the header") {
  CHECK(weighted_elements("a;b=\"x, y;q=0").size() == 1);
  CHECK(weighted_elements("a;b=\"\\").size() == 1);
  CHECK(weighted_elements("\"").size() == 1);
}
