#include "log/log_line.hpp"

#include <string>

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const std::chrono::system_clock::time_point moment{1'767'323'045'678ms};

std::string line(log_style format, std::string_view message, std::initializer_list<log_field> fields = {}) {
  return log_line(format, log_level::warn, message, fields, moment);
}

boost::json::object parsed(const std::string& text) {
  REQUIRE(text.size() <= longest_log_line);
  REQUIRE(text.find('\n') == text.size() - 1);
  return boost::json::parse(text).as_object();
}

}  // namespace

TEST_CASE("log line: JSON has time, level, message and the fields in order and with their types") {
  CHECK(
      line({log_format::json}, "check changed",
           {{"check", "db"}, {"duration_ms", 1.5}, {"run", std::int64_t{7}}, {"fresh", true}}) ==
      R"({"ts":"2026-01-02T03:04:05.678Z","level":"warn","severity":"WARNING","msg":"check changed","check":"db","duration_ms":1.5,"run":7,"fresh":true})"
      "\n");
}

TEST_CASE("log line: each level has the severity of Cloud Logging and the priority of syslog") {
  struct row {
    log_level level;
    std::string severity, prefix;
  };
  for (const auto& [level, severity, prefix] :
       {row{log_level::debug, "DEBUG", "<7>"}, row{log_level::info, "INFO", "<6>"},
        row{log_level::warn, "WARNING", "<4>"}, row{log_level::error, "ERROR", "<3>"}}) {
    const auto plain = log_line({log_format::json}, level, "m", {}, moment);
    CHECK(parsed(plain).at("severity").as_string() == severity);
    CHECK(log_line({log_format::json, true}, level, "m", {}, moment) == prefix + plain);
    CHECK(log_line({log_format::text, true}, level, "m", {}, moment) ==
          prefix + log_line({log_format::text}, level, "m", {}, moment));
  }
}

TEST_CASE("log line: text is one readable line, with quotes only around values that need them") {
  CHECK(line({log_format::text}, "check changed",
             {{"check", "db"}, {"why", "no such file"}, {"empty", ""}, {"sum", "a=b"}, {"ms", std::int64_t{3}}}) ==
        "2026-01-02T03:04:05.678Z warn  check changed check=db why=\"no such file\" empty=\"\" sum=\"a=b\" ms=3\n");
}

TEST_CASE("log line: line breaks, quotes and control characters cannot forge a second line or field") {
  const std::string evil = "a\"b\\c\nd\x01\x1B[31m";
  auto object = parsed(line({log_format::json}, evil, {{"check", evil}}));
  CHECK(object.at("msg").as_string() == evil);
  CHECK(object.at("check").as_string() == evil);
  const auto text = line({log_format::text}, evil, {{"check", evil}});
  CHECK(text.find('\n') == text.size() - 1);
  CHECK(text.find('\x1B') == std::string::npos);
}

TEST_CASE("log line: bytes that are not UTF-8 become replacement characters") {
  auto object = parsed(line({log_format::json}, "bad \xFF byte", {{"cut", "\xE2\x82"}}));
  CHECK(object.at("msg").as_string() == "bad \xEF\xBF\xBD byte");
  CHECK(object.at("cut").as_string() == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("log line: a number that is not finite is null") {
  auto object = parsed(line({log_format::json}, "m", {{"ratio", 0.0 / 0.0}}));
  CHECK(object.at("ratio").is_null());
}

TEST_CASE("log line: a line of any length fits one write and stays valid JSON") {
  for (const std::string& unit :
       {std::string("x"), std::string("\x01"), std::string("\xE2\x82\xAC"), std::string("\"")})
    for (std::size_t count : {10u, 1000u, 5000u, 100'000u}) {
      std::string value;
      for (std::size_t i = 0; i < count; ++i) value += unit;
      auto object = parsed(line({log_format::json}, value, {{"a", value}, {"b", value}, {"c", value}, {"d", value}}));
      CHECK(object.at("level").as_string() == "warn");
      if (count == 10) CHECK(object.at("d").as_string() == value);
      const bool marked = object.contains("truncated") || object.contains("d");
      CHECK(marked);
      for (const bool priority : {false, true})
        CHECK(line({log_format::text, priority}, value, {{"a", value}, {"b", value}, {"c", value}}).size() <=
              longest_log_line);
    }
}
