// Expectations of JSON documents, as tables.
#include "expect/json_values.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "expect/json_text.hpp"
#include "expect/options.hpp"

using namespace telltale;
using namespace std::string_literals;
using telltale::testing::problem_of;

namespace {

raw_value written(const std::string& pointer, const std::string& expected) {
  return raw_value::map({{pointer, {4, 2}, raw_value::scalar(expected, {4, 9})}}, {4, 1});
}

std::string judged(std::string_view json, const std::string& pointer, const std::string& expected) {
  problems errors;
  const auto parsed = option_traits<json_values>::parse(written(pointer, expected), "json", errors);
  REQUIRE(parsed);
  const auto found = judge_json(json, *parsed);
  return found.verdict == verdict::pass ? "pass" : fmt::format("{}: {}", to_string(found.reason), found.sentence);
}

}  // namespace

TEST_CASE("json values: each kind of value is compared in its own way") {
  struct row {
    const char* json;
    const char* expected;
    bool holds;
  };
  for (const auto& [json, expected, holds] : {row{R"("ok")", "ok", true},
                                              {R"("ok")", "!= ok", false},
                                              {R"("3")", "3.0", false},
                                              {R"("3")", "< 4", true},
                                              {R"("")", "", true},
                                              {R"("x")", "", false},
                                              {R"("x")", "!~ ^$", true},
                                              {R"("v1.2")", "~ ^v1", true},
                                              {R"("2026-01-02")", "> 2025-12-31", true},
                                              {"120", "< 100", false},
                                              {"99.5", "< 100", true},
                                              {"3", "3.0", true},
                                              {"3.0", "3", true},
                                              {"3", "!= 3", false},
                                              {"18446744073709551615", "> 18446744073709551614", true},
                                              {"18446744073709551616", "> 18446744073709551615", false},
                                              {"18446744073709551616", "> 9223372036854775807", true},
                                              {"18446744073709551616", "18446744073709551615", false},
                                              {"9007199254740993", "9007199254740992", false},
                                              {"-9223372036854775808", "-9223372036854775808", true},
                                              {"1e20", "1e20", true},
                                              {"1e20", "< 1e21", true},
                                              {"1e2", ">= 100", true},
                                              {"120", "~ ^12", true},
                                              {"true", "true", true},
                                              {"true", "!= false", true},
                                              {"true", "> false", false},
                                              {"true", "1", false},
                                              {"null", "null", true},
                                              {"null", "NULL", true},
                                              {"null", "!= null", false},
                                              {"null", "!= ok", true},
                                              {"null", "< 5", false},
                                              {"null", "~ null", false},
                                              {"0", "!= null", true},
                                              {"[1]", "[1]", false},
                                              {"[1]", "!= 1", true},
                                              {"{}", "!= null", true},
                                              {"{}", "> 1", false}}) {
    CAPTURE(std::string(json));
    CAPTURE(std::string(expected));
    CHECK((judged(fmt::format(R"({{"v":{}}})", json), "/v", expected) == "pass") == holds);
  }
}

TEST_CASE("json values: a number beyond 64 bits is not taken for another that rounds to the same") {
  for (const auto* expected : {"18446744073709551617", "!= 18446744073709551617", "<= 18446744073709551617"})
    CHECK(judged(R"({"id":18446744073709551618})", "/id", expected) ==
          "mismatch: has /id 1.8446744073709552E19, a number beyond 64 bits, which cannot be compared exactly with "
          "18446744073709551617");
}

TEST_CASE("json values: a mismatch names the pointer, the value and the expectation") {
  const auto json = R"({"status":"down","queue":120,"tags":["a"],"bell":"\u0007","a/b":{"m~n":1}})";
  CHECK(judged(json, "/status", "ok") == R"(mismatch: has /status "down", expected ok)");
  CHECK(judged(json, "/queue", "< 100") == "mismatch: has /queue 120, expected < 100");
  CHECK(judged(json, "/tags", "a") == "mismatch: has /tags a list, expected a");
  CHECK(judged(json, "/a~1b", "a") == "mismatch: has /a~1b an object, expected a");
  CHECK(judged(json, "/missing", "a") == "mismatch: has no /missing, expected a");
  CHECK(judged(json, "/missing", "!= a") == "mismatch: has no /missing, expected != a");
  CHECK(judged(json, "/bell", "") == R"(mismatch: has /bell "\u0007", expected "")");
  CHECK(judged(json, "/tags/0", "a") == "pass");
  CHECK(judged(json, "/a~1b/m~0n", "1") == "pass");
}

TEST_CASE("json values: what a text is instead of JSON has its own words") {
  struct row {
    std::string text;
    std::string words;
  };
  for (const auto& [text, words] :
       {row{"", "is empty, expected JSON"}, row{"OK\n", "is plain text, expected JSON"},
        row{"<html></html>", "is an HTML page, expected JSON"},
        row{"\r\n<!DOCTYPE HTML PUBLIC><html><head>\n<TITLE>\n502 Bad Gateway </TITLE>",
            "is an HTML page (\"502 Bad Gateway\"), expected JSON"},
        row{"<html><title></title>", "is an HTML page, expected JSON"},
        row{"<!DOCTYPE html><title>Login", "is an HTML page (\"Login\"), expected JSON"},
        row{"<html><title>a\x1b[2Jb", "is an HTML page (\"a [2Jb\"), expected JSON"},
        row{"<?xml version=\"1.0\"?><Error/>", "is XML, expected JSON"},
        row{"<Error/>", "is plain text, expected JSON"}, row{"\xff\xfe{\0"s, "is UTF-16, expected JSON in UTF-8"},
        row{"\x1f\x8b\x08", "is not valid JSON (syntax error)"},
        row{R"({"v":1)", "is not valid JSON (incomplete: the text is cut off)"},
        row{R"({"v":NaN})",
            "is not JSON: it has NaN or Infinity, which JSON does not allow; write null or omit the value"},
        row{"{'v':1}", "is not valid JSON (syntax error)"}}) {
    CAPTURE(text);
    CHECK(judged(text, "/v", "1") == "mismatch: " + words);
  }
}

TEST_CASE("json values: depth and size are limited, and what is shown is short UTF-8") {
  CHECK(judged(std::string(30'000, '[') + std::string(30'000, ']'), "/v", "1") ==
        "mismatch: is not valid JSON (too deep)");
  CHECK(judged("\"" + std::string(largest_json, 'x') + "\"", "/v", "1") ==
        "mismatch: has 1.0 MiB, more than the 1 MiB of JSON that is read");
  std::string accents;
  for (int i = 0; i < 1000; ++i) accents += "\xc3\xa9";
  const auto found = judged("{\"v\":\"" + accents + "\"}", "/v", "x");
  CHECK(found.size() < 120);
  CHECK(found.find("\xc3\xa9...") != std::string::npos);
  CHECK(judged("{\"v\":\"a\xe2\x80\xae"
               "b\"}",
               "/v", "x") == R"(mismatch: has /v "a?b", expected x)");
}

TEST_CASE("json values: pointers and expectations are validated where they are written") {
  CHECK(problem_of<json_values>(written("/a", "< 5")) == "accepted");
  CHECK(problem_of<json_values>(written("/a", "")) == "accepted");
  CHECK(problem_of<json_values>(written("a", "1")) == "x: expected a JSON pointer such as /model/name, not 'a'");
  CHECK(problem_of<json_values>(written("/a~2", "1")) == "x: expected a JSON pointer such as /model/name, not '/a~2'");
  CHECK(problem_of<json_values>(written("/a", "=> 5")) ==
        "x./a: expected a value, or an operator and a value as in \"< 100\", not '=> 5' - the operator is written >=");
  CHECK(problem_of<json_values>(raw_value::list({})) == "x: expected a map of JSON pointers to values, not a list");
  problems errors;
  option_traits<json_values>::parse(written("/a", "=> 5"), "json", errors);
  CHECK(errors.list().at(0).at == source_location{4, 9});
}
