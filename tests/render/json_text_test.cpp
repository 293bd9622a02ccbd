#include <limits>

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/utf8.hpp"
#include "fakes/snapshots.hpp"
#include "render/json_text.hpp"

using namespace telltale;
namespace json = boost::json;

TEST_CASE("json text: numbers have their usual notation") {
  CHECK(json_text(json_number(0.91)) == "0.91");
  CHECK(json_text(json_number(4096)) == "4096");
  CHECK(json_text(json_number(-3)) == "-3");
  CHECK(json_text(json_number(1e300)) == "1e+300");
  CHECK(json_text(json_number(-0.0)) == "0");
}

TEST_CASE("json text: a number that is not finite never becomes a JSON number") {
  CHECK(json_text(json_number(std::numeric_limits<double>::quiet_NaN())) == "null");
  CHECK(json_text(json_number(std::numeric_limits<double>::infinity())) == "null");
}

TEST_CASE("json text: every structure round-trips") {
  for (const std::string text : {"{}", "[]", "null", "true", R"({"a":[1,{"b":[]},"c"],"d":{},"e":-0.5})"}) {
    CAPTURE(text);
    CHECK(json::parse(json_text(json::parse(text))) == json::parse(text));
  }
}

TEST_CASE("json text: hostile text round-trips, with only the invalid bytes replaced") {
  for (const auto& hostile : fakes::hostile_texts()) {
    CAPTURE(hostile);
    const auto back = json::parse(json_quoted(hostile));
    CHECK(std::string(back.as_string().c_str(), back.as_string().size()) == valid_utf8(hostile));
  }
}
