// Patterns: what is accepted, and searches in text of any bytes.
#include "expect/pattern.hpp"

#include <chrono>

#include <doctest/doctest.h>

#include "expect/options.hpp"

using namespace telltale;
using namespace std::string_literals;
using telltale::testing::problem_of;

namespace {

bool found(const std::string& expression, std::string_view text) {
  std::string why;
  std::string part;
  const auto made = pattern::compile(expression, why, part);
  REQUIRE_MESSAGE(made, why);
  return made->found_in(text);
}

}  // namespace

TEST_CASE("pattern: it is found anywhere, and its ends are those of the text or of a line") {
  CHECK(found("ead", "ready"));
  CHECK_FALSE(found("^ead", "ready"));
  CHECK(found("(?i)^READY$", "ready"));
  CHECK_FALSE(found("^Mode: leader$", "Node count: 5\nMode: leader\n"));
  CHECK(found("(?m)^Mode: leader$", "Node count: 5\nMode: leader\n"));
}

TEST_CASE("pattern: a text may have any bytes") {
  CHECK(found("b$", "a\0b"s));
  CHECK(found(R"(^a\x00b$)", "a\0b"s));
  CHECK(found("ok", "\xff\xfe ok \x80"));
  CHECK(found("^.$", "\xc3\xa9"));    // one character
  CHECK_FALSE(found("^.$", "\xff"));  // no character
  CHECK(found(R"(^\C$)", "\xff"));    // one byte
  CHECK(found("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f dich"));
}

TEST_CASE("pattern: an expression that takes a backtracking engine for ever is searched in linear time") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(found("(a*)*b", std::string(64 * 1024, 'a')));
  CHECK_FALSE(found("(x+x+)+y", std::string(64 * 1024, 'x')));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("pattern: an expression that is not valid is refused with RE2's message and the part") {
  struct row {
    const char* text;
    const char* why;
  };
  for (const auto& [text, why] : {row{"(a", "missing ) at '(a'"},
                                  {"a)", "unexpected ) at 'a)'"},
                                  {"[a", "missing ] at '[a'"},
                                  {"*a", "no argument for repetition operator at '*'"},
                                  {"a**", "bad repetition operator at '**'"},
                                  {"(?=a)", "invalid perl operator at '(?='"},
                                  {R"(\1)", R"(invalid escape sequence at '\1')"},
                                  {"\xff", "invalid UTF-8"},
                                  {"((a{1000}){1000}){1000}", "invalid repetition size at"}}) {
    CAPTURE(std::string(text));
    const auto said = problem_of<pattern>(text);
    CHECK(said.starts_with("x: expected a regular expression (RE2), not '"));
    CHECK_MESSAGE(said.find(why) != std::string::npos, said);
  }
  CHECK(problem_of<pattern>("") == "x: an empty pattern matches every text");
  CHECK(problem_of<pattern>("^220 ") == "accepted");
  CHECK(problem_of<pattern>(raw_value::map({})) == "x: expected text, not a map");
}

TEST_CASE("pattern: one that needs more than its memory is refused") {
  CHECK(problem_of<pattern>("((((((a{100}){10})b){10}){10})") != "accepted");
  CHECK(problem_of<pattern>(R"((\pL{500}){1,2}\pL{900}\pN{900})").find("too large") != std::string::npos);
}

TEST_CASE("pattern: the value of a variable does not appear in the problem") {
  auto value = raw_value::scalar("(hunter2");
  value.expanded = true;
  CHECK(problem_of<pattern>(value) ==
        "x: expected a regular expression (RE2), not the value of a ${variable} (not shown): missing )");
}

TEST_CASE("pattern: copies share the compiled form") {
  std::string ignored;
  const auto one = pattern::compile("^a", ignored, ignored).value();
  const auto other = one;
  CHECK(&one.text() == &other.text());
  CHECK(option_traits<pattern>::text(other) == "\"^a\"");
}
