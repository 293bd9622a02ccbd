// What marker files may say, as a table.
#include "marker/content.hpp"

#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"

using namespace telltale;
using namespace telltale::marker;

namespace {

std::string judged(std::string_view json, text_map expected, std::string progress = "") {
  marker_options options;
  options.content = std::move(expected);
  options.progress = std::move(progress);
  const auto found = judge_content("/m", json, options);
  return fmt::format("{} {}: {}", to_string(found.finding.verdict), to_string(found.finding.reason),
                     found.finding.sentence);
}

}  // namespace

TEST_CASE("marker content: values are compared by what they mean") {
  struct row {
    const char* json;
    const char* expected;
    bool same;
  };
  for (const auto& [json, expected, same] : {row{R"("llama")", "llama", true},
                                             {R"("llama")", "Llama", false},
                                             {R"("")", "", true},
                                             {"3", "3", true},
                                             {"3", "3.0", true},
                                             {"3.0", "3", true},
                                             {"3", "4", false},
                                             {"-3", "-3", true},
                                             {"3", "", false},
                                             {"3", "3x", false},
                                             {"0.5", "0.50", true},
                                             {"9007199254740993", "9007199254740993", true},
                                             {"9007199254740993", "9007199254740992", false},
                                             {"18446744073709551615", "18446744073709551615", true},
                                             {"18446744073709551615", "18446744073709551614", false},
                                             {"true", "true", true},
                                             {"true", "false", false},
                                             {R"("true")", "true", true},
                                             {"true", "1", false},
                                             {"null", "null", true},
                                             {"null", "", false},
                                             {"[1]", "[1]", false},
                                             {"{}", "{}", false}}) {
    CAPTURE(json);
    CAPTURE(expected);
    CHECK(judged(fmt::format(R"({{"v":{}}})", json), {{"/v", expected}}).starts_with(same ? "pass" : "fail mismatch"));
  }
}

TEST_CASE("marker content: a mismatch says where, what was found and what was expected") {
  const auto json = R"({"model":{"name":"llama","tags":["a","b"],"a/b":1},"bell":"\u0007"})";
  CHECK(judged(json, {{"/model/name", "llama"}, {"/model/tags/1", "b"}, {"/model/a~1b", "1"}}) == "pass ok: ");
  CHECK(judged(json, {{"/model/name", "qwen"}}) == R"(fail mismatch: /m has /model/name "llama", expected "qwen")");
  CHECK(judged(json, {{"/model/size", "7"}}) == R"(fail mismatch: /m has no /model/size, expected "7")");
  CHECK(judged(json, {{"/model", "llama"}}) == R"(fail mismatch: /m has /model an object, expected "llama")");
  CHECK(judged(json, {{"/model/tags", "a"}}) == R"(fail mismatch: /m has /model/tags a list, expected "a")");
  CHECK(judged(json, {{"/bell", "x"}}) == R"(fail mismatch: /m has /bell "\u0007", expected "x")");
  CHECK(judged("7", {{"/x", "1"}}) == R"(fail mismatch: /m has no /x, expected "1")");
}

TEST_CASE("marker content: what is shown is short and stays UTF-8") {
  std::string long_text;
  for (int i = 0; i < 1000; ++i) long_text += "\xc3\xa9";
  const auto found = judged("{\"v\":\"" + long_text + "\"}", {{"/v", "x"}});
  CHECK(found.size() < 150);
  CHECK(found.find("\xc3\xa9...") != std::string::npos);
}

TEST_CASE("marker content: text that is not one JSON document is corrupt") {
  for (const char* json : {"", " ", "{", R"({"v":1)", R"({"v":1}})", "{'v':1}", R"({"v":"a)", "\xff", R"({"v":"\xff"})",
                           "\xef\xbb\xbf{}", "nan", "01"}) {
    CAPTURE(json);
    CHECK(judged(json, {{"/v", "1"}}).starts_with("fail corrupt: /m is "));
  }
  CHECK(judged("", {{"/v", "1"}}) == "fail corrupt: /m is empty, expected JSON");
}

TEST_CASE("marker content: deep nesting is refused, not followed") {
  const auto deep = std::string(30'000, '[') + std::string(30'000, ']');
  CHECK(judged(deep, {{"/v", "1"}}).starts_with("fail corrupt"));
}

TEST_CASE("marker content: progress below 1 is pending, and hides content that is not final") {
  struct row {
    const char* json;
    const char* expected;
  };
  for (const auto& [json, expected] :
       {row{R"({"p":0})", "fail pending: /m: loading 0%"}, row{R"({"p":0.29})", "fail pending: /m: loading 29%"},
        row{R"({"p":0.9999})", "fail pending: /m: loading 99%"},
        row{R"({"p":1})", R"(fail mismatch: /m has no /model, expected "x")"},
        row{R"({"p":1.0,"model":"x"})", "pass ok: "},
        row{R"({"p":40})", "fail mismatch: /m has /p 40, expected a progress from 0 to 1"},
        row{R"({"p":-0.1})", "fail mismatch: /m has /p -1E-1, expected a progress from 0 to 1"},
        row{R"({"p":"0.5"})", R"(fail mismatch: /m has /p "0.5", expected a progress from 0 to 1)"},
        row{R"({"p":true})", "fail mismatch: /m has /p true, expected a progress from 0 to 1"},
        row{R"({"p":null})", "fail mismatch: /m has /p null, expected a progress from 0 to 1"},
        row{"{}", "fail mismatch: /m has no /p (progress)"}}) {
    CAPTURE(json);
    CHECK(judged(json, {{"/model", "x"}}, "/p") == expected);
  }
}
