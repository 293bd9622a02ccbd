// The expectation language: what is accepted, what holds, and how it is worded.
#include "expect/expectation.hpp"

#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "expect/options.hpp"

using namespace telltale;
using telltale::testing::problem_of;

namespace {

bool holds(const char* expected, std::optional<std::string_view> actual) {
  const auto parsed = parse_expectation(expected);
  REQUIRE(parsed);
  return parsed->holds(actual);
}

}  // namespace

TEST_CASE("expectation: numbers are compared as numbers and the rest as text") {
  struct row {
    const char* expected;
    const char* actual;
    bool holds;
  };
  for (const auto& row : {row{"1", "1", true},
                          {"1", "1.0", true},
                          {"1", "2", false},
                          {">= 10", "9", false},
                          {">= 10", "10", true},
                          {">=10", "11", true},
                          {"< 5", "4.9", true},
                          {"<= 5", "5", true},
                          {"> 5", "5", false},
                          {"!= failed", "done", true},
                          {"!= 3", "3.0", false},
                          {"== ok", "ok", true},
                          {"= ok", "ok", true},
                          {"ok", "OK", false},
                          {"> b", "c", true},
                          {"1e3", "1000", true},
                          {"a b", "a b", true},
                          {"< 2024-02", "2024-01-31", true},
                          {"> 2020-01-01", "2024-05-06 07:08:09", true},
                          {"9007199254740992", "9007199254740993", false},
                          {"> 9007199254740992", "9007199254740993", true},
                          {"18446744073709551615", "18446744073709551614", false},
                          {"> -1", "18446744073709551615", true},
                          {"18446744073709551616", "18446744073709551617", false},
                          {"36893488147419103232", "36893488147419103232", true},
                          {"> 36893488147419103232", "36893488147419103233", true},
                          {"< 36893488147419103232", "36893488147419103233", false},
                          {"> 9223372036854775807", "18446744073709551616", true},
                          {"> -36893488147419103232", "-36893488147419103233", false},
                          {"< -36893488147419103232", "-36893488147419103233", true},
                          {"< 36893488147419103232", "-36893488147419103233", true},
                          {"> -5", "-4", true},
                          {"> -5", "-10", false},
                          {"> 9", "10", true},
                          {"<= 0", "-0", true},
                          {"7", "007", true},
                          {"36893488147419103232", "036893488147419103232", true},
                          {"36893488147419103232", "3.6893488147419103232e19", true}}) {
    CAPTURE(std::string(row.expected));
    CAPTURE(std::string(row.actual));
    CHECK(holds(row.expected, row.actual) == row.holds);
  }
}

TEST_CASE("expectation: an absent value equals only NULL, has no order and matches no pattern") {
  for (const auto* expected : {"> 1700000000", ">= 0", "< 5", "<= 5", "!= NULL", "== 0", "0", "text", "~ .*"}) {
    CAPTURE(expected);
    CHECK_FALSE(holds(expected, std::nullopt));
  }
  for (const auto* expected : {"NULL", "!= 0", "!~ .*"}) {
    CAPTURE(expected);
    CHECK(holds(expected, std::nullopt));
  }
  CHECK(holds("!= NULL", "0"));
  CHECK_FALSE(holds("NULL", "0"));
}

TEST_CASE("expectation: a text has no order relative to a number") {
  for (const auto* actual : {"n/a", "text0", "-Inf", "", "Inf", "NaN"}) {
    CAPTURE(actual);
    CHECK_FALSE(holds("> -5", actual));
    CHECK_FALSE(holds("< 5", actual));
  }
}

TEST_CASE("expectation: a pattern is found anywhere in the value") {
  CHECK(holds("~ ^2[0-9]$", "20"));
  CHECK_FALSE(holds("~ ^2[0-9]$", "200"));
  CHECK(holds("!~ ^2[0-9]$", "200"));
  CHECK(holds("~ ead", "ready"));
  CHECK(holds("~ ^> b$", "> b"));
  // Without the blank it is a text, as in a path of a home directory.
  CHECK(holds("~/models", "~/models"));
  CHECK(holds("~", "~"));
}

TEST_CASE("expectation: numbers of a program are compared like texts, and NaN satisfies no order") {
  const auto number_holds = [](const char* expected, double actual) {
    return parse_expectation(expected).value().holds(actual);
  };
  CHECK(number_holds("< 100", 99.5));
  CHECK_FALSE(number_holds("< 100", 100));
  CHECK(number_holds("0.5", 0.5));
  CHECK(number_holds("~ ^1", 12));
  for (const auto* expected : {"< 100", "> 100", "100", "<= 0", ">= 0"})
    CHECK_FALSE(number_holds(expected, std::nan("")));
  CHECK(number_holds("!= 100", std::nan("")));
  CHECK(number_holds("> 100", INFINITY));
}

TEST_CASE("expectation: one that cannot be read is refused, with the way to write it") {
  struct row {
    const char* text;
    const char* mend;
  };
  constexpr auto order = "an order needs a number without a unit or separators, a date or a text";
  constexpr auto list =
      "the operators are == != < <= > >= ~ !~, and a text that begins like one is written as a pattern";
  for (const auto& [text, mend] : {row{"", "a value is missing"},
                                   {">=", "a value is missing"},
                                   {"!= ", "a value is missing"},
                                   {"== ", "a value is missing"},
                                   {"~ ", "a value is missing"},
                                   {"!~ ", "a value is missing"},
                                   {"=> 1", "the operator is written >="},
                                   {"=< 1", "the operator is written <="},
                                   {"<> 1", "the operator is written !="},
                                   {"! 1", "the operator is written !="},
                                   {"=~ a", "the operator is written ~ PATTERN, with a blank"},
                                   {"!~a", "the operator is written !~ PATTERN, with a blank"},
                                   {"\u2265 5", "the operator is written >="},
                                   {"== > b", list},
                                   {">>", list},
                                   {"> 1,000", order},
                                   {"< 5 rows", order},
                                   {"< 100ms", order},
                                   {"~ (a", "RE2 does not accept the pattern: missing )"}}) {
    CAPTURE(std::string(text));
    CHECK(problem_of<expectation>(text) ==
          fmt::format("x: expected a value, or an operator and a value as in \"< 100\", not '{}' - {}", text, mend));
  }
  CHECK(problem_of<expectation>(raw_value::list({})) == "x: expected text, not a list");
}

TEST_CASE("expectation: the value of a variable does not appear in the problem") {
  auto value = raw_value::scalar("~ (hunter2");
  value.expanded = true;
  CHECK(problem_of<expectation>(value).find("hunter2") == std::string::npos);
}

TEST_CASE("expectation: a value that is not as expected has one sentence everywhere") {
  const auto sentence = [](const char* expected) { return unmet("is 120", parse_expectation(expected).value()); };
  CHECK(sentence("<100") == "is 120, expected < 100");
  CHECK(sentence("== ok") == "is 120, expected ok");
  CHECK(sentence("!~ ^1") == "is 120, expected !~ ^1");
  CHECK(unmet("is 120", expectation()) == "is 120, expected \"\"");
  CHECK(sentence(std::string(1000, 'x').c_str()).size() < 90);
  CHECK(sentence("a\x1b[31m") == "is 120, expected a?[31m");
}

TEST_CASE("expectation: its text is read as the same expectation") {
  for (const auto* text : {"ok", "!= 3", "< 100", "<= 1", "> 2024-01-01", ">= x", "~ ^a", "!~ b"}) {
    CAPTURE(text);
    CHECK(parse_expectation(text).value().text() == text);
  }
}
