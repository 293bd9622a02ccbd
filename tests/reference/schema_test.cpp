#include "reference/schema.hpp"

#include <regex>
#include <sstream>

#include <doctest/doctest.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "reference/option_schema.hpp"
#include "reference/pretty_json.hpp"

using namespace telltale;
namespace json = boost::json;

namespace {

struct lamp_options {
  bytes size{64u << 20};
  upper_limit<percent> heat{percent{80}, percent{90}};
  bool on = true;
  std::uint64_t count = 3;
  double ratio = 0.5;
  std::vector<std::string> colours{"red", "a \"b\""};
  std::optional<std::chrono::milliseconds> age;
  text_or_secret key;
  std::vector<text_or_secret> keys;
};

const options_of<lamp_options>& lamp() {
  static const auto options = options_of<lamp_options>()
                                  .required("size", &lamp_options::size, "How large.")
                                  .optional("heat", &lamp_options::heat, "How hot.")
                                  .optional("on", &lamp_options::on, "Whether it is on.")
                                  .optional("count", &lamp_options::count, "How many.")
                                  .optional("ratio", &lamp_options::ratio, "How much.")
                                  .optional("colours", &lamp_options::colours, "Which.")
                                  .optional("age", &lamp_options::age, "How old.")
                                  .optional("key", &lamp_options::key, "What opens | it.")
                                  .optional("keys", &lamp_options::keys, "What else does.");
  return options;
}

check_table table() {
  check_type type;
  type.name = "lamp";
  type.summary = "Watches a lamp.";
  type.proves = "The lamp is on.";
  type.does_not_prove = "That anybody sees it.";
  type.cadence = {std::chrono::minutes(1), std::chrono::seconds(5)};
  type.options = lamp().infos();
  type.measurements = {{"heat_ratio", "How hot it is."}};
  return {type};
}

json::object lamp_properties() { return properties_of(lamp().infos()); }

bool matches(option_kind kind, std::string_view text) {
  const auto schema = shape_schema({kind, {}, {}, {}});
  const std::regex pattern(schema.at("pattern").as_string().c_str());
  return std::regex_search(text.begin(), text.end(), pattern);
}

}  // namespace

TEST_CASE("schema: defaults have the type of their option") {
  const auto properties = lamp_properties();
  CHECK(!properties.at("size").as_object().contains("default"));
  CHECK(properties.at("heat").at("default") == json::value{{"warn", "80%"}, {"fail", "90%"}});
  CHECK(properties.at("on").at("default") == json::value(true));
  CHECK(properties.at("count").at("default").to_number<int>() == 3);
  CHECK(properties.at("ratio").at("default").to_number<double>() == 0.5);
  CHECK(properties.at("colours").at("default") == json::value{"red", "a \"b\""});
  CHECK(!properties.at("age").as_object().contains("default"));
}

TEST_CASE("schema: the entries of a type have its default interval and timeout") {
  const auto schema = json::parse(config_schema(table()));
  const auto& rules = schema.at("properties").at("checks").at("items").at("allOf").at(0).at("then").at("properties");
  CHECK(rules.at("interval").at("default") == "1m");
  CHECK(rules.at("timeout").at("default") == "5s");
}

TEST_CASE("schema: every option has its documentation") {
  for (const auto& option : lamp().infos())
    CHECK(lamp_properties().at(option.name).at("description").as_string() == option.doc);
}

TEST_CASE("schema: the patterns of units agree with their parsers") {
  for (const char* text :
       {"",      "0s",  "10s", "1.5s",  "250ms", "1h30m",  "1d2h3m4s5ms", "1m1h",   "10",   "s",   "01s",  "1.s",
        "1ms1s", "1 s", "-1s", "1S",    "64MiB", "1.5GiB", "64",          "64M",    "0B",   "1kB", "1MB",  "1GB",
        "1TB",   "1KB", "80%", "99.5%", "100%",  "100.0%", "101%",        "100.1%", "080%", "%",   "80 %", "1e3B"}) {
    CAPTURE(text);
    CHECK(matches(option_kind::duration, text) == parse_duration(text).has_value());
    CHECK(matches(option_kind::size, text) == parse_bytes(text).has_value());
    CHECK(matches(option_kind::percentage, text) == parse_percent(text).has_value());
  }
}

TEST_CASE("schema: a variable is valid wherever a scalar is") {
  for (auto kind : {option_kind::duration, option_kind::size, option_kind::percentage, option_kind::url,
                    option_kind::count, option_kind::number, option_kind::boolean})
    CHECK(matches(kind, "${VAR:-x}"));
}

TEST_CASE("schema: the document contains the type and its required options, and rejects others") {
  const auto schema = json::parse(config_schema(table())).as_object();
  CHECK(schema.at("$schema").as_string() == "http://json-schema.org/draft-07/schema#");
  CHECK(schema.at("$id").as_string().starts_with("urn:"));
  CHECK(!schema.at("additionalProperties").as_bool());
  const auto& entry = schema.at("properties").at("checks").at("items").as_object();
  CHECK(entry.at("required") == json::value{"name", "type"});
  const auto& rule = entry.at("allOf").as_array().at(0).as_object();
  CHECK(rule.at("if").at("properties").at("type").at("const").as_string() == "lamp");
  CHECK(rule.at("then").at("required") == json::value{"size"});
  CHECK(!rule.at("then").at("additionalProperties").as_bool());
  CHECK(rule.at("then").at("properties").as_object().contains("interval"));
}

TEST_CASE("pretty JSON: one member per line, short arrays on one line, numbers without exponents") {
  CHECK(pretty_json({{"a", {1, 0.5, "x\"y"}}, {"b", json::object{}}, {"c", {json::object{{"d", nullptr}}}}}) ==
        "{\n"
        "  \"a\": [1, 0.5, \"x\\\"y\"],\n"
        "  \"b\": {},\n"
        "  \"c\": [\n"
        "    {\n"
        "      \"d\": null\n"
        "    }\n"
        "  ]\n"
        "}\n");
}

TEST_CASE("reference page: it contains options, measurements, common options, units and reasons") {
  const auto page = checks_markdown(table());
  for (const char* line : {
           "| [lamp](#lamp) | Watches a lamp. |\n",
           "\n**Proves:** The lamp is on.\n**Does not prove:** That anybody sees it.\nDefault interval 1m, timeout "
           "5s.\n",
           "- `size`: size, required.\n  How large.\n",
           "- `heat`: limit (percentage, larger is worse), default `{warn: 80%, fail: 90%}`.\n  How hot.\n",
           "- `key`: text or secret.\n  What opens | it.\n",
           "- `keys`: list of text or secret.\n  What else does.\n",
           "| `heat_ratio` | How hot it is. |\n",
           "- `tls.cert`: path, required.\n",
           "- `severity`: one of critical, degraded, info.\n",
           "| `threshold` | a measurement crossed a configured limit |\n",
       }) {
    CAPTURE(line);
    CHECK(page.find(line) != std::string::npos);
  }
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() < 120);
}
