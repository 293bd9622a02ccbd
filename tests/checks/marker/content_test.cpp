// Tests the content of marker files as tables.
#include "marker/content.hpp"

#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"

using namespace telltale;
using namespace telltale::marker;

namespace {

json_values values(const text_map& written) {
  std::vector<raw_member> members;
  for (const auto& [pointer, text] : written) members.push_back(testing::option(pointer, text));
  problems errors;
  auto out = option_traits<json_values>::parse(raw_value::map(std::move(members)), "content", errors);
  REQUIRE(errors.empty());
  return std::move(*out);
}

std::string judged(std::string_view json, const text_map& expected, std::string progress = "") {
  marker_options options;
  options.content = values(expected);
  options.progress = std::move(progress);
  const auto found = judge_content("/m", json, options);
  return fmt::format("{} {}: {}", to_string(found.finding.verdict), to_string(found.finding.reason),
                     found.finding.sentence);
}

}  // namespace

TEST_CASE("marker content: values are compared by meaning, not by spelling") {
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

TEST_CASE("marker content: a mismatch reports the location, the found and the expected value") {
  const auto json = R"({"model":{"name":"llama","tags":["a","b"],"a/b":1},"bell":"\u0007"})";
  CHECK(judged(json, {{"/model/name", "llama"}, {"/model/tags/1", "b"}, {"/model/a~1b", "1"}}) == "pass ok: ");
  CHECK(judged(json, {{"/model/name", "qwen"}}) == R"(fail mismatch: /m has /model/name "llama", expected qwen)");
  CHECK(judged(json, {{"/model/size", "7"}}) == R"(fail mismatch: /m has no /model/size, expected 7)");
  CHECK(judged(json, {{"/model", "llama"}}) == R"(fail mismatch: /m has /model an object, expected llama)");
  CHECK(judged(json, {{"/model/tags", "a"}}) == R"(fail mismatch: /m has /model/tags a list, expected a)");
  CHECK(judged(json, {{"/bell", "x"}}) == R"(fail mismatch: /m has /bell "\u0007", expected x)");
  CHECK(judged("7", {{"/x", "1"}}) == R"(fail mismatch: /m has no /x, expected 1)");
}

TEST_CASE("marker content: shown values are truncated and remain valid UTF-8") {
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
    CHECK(judged(json, {{"/v", "1"}}).starts_with("fail corrupt: /m "));
  }
  CHECK(judged("", {{"/v", "1"}}) == "fail corrupt: /m is empty, expected JSON");
}

TEST_CASE("marker content: common mistakes in JSON have their own messages") {
  using namespace std::string_literals;
  struct row {
    std::string text;
    std::string words;
  };
  const std::string nan =
      "is not JSON: it has NaN or Infinity, which JSON does not allow; write null or omit the value";
  const std::string plain = "is plain text, expected JSON";
  const std::string mark = "starts with a byte order mark, which JSON must not have; write it as UTF-8 without BOM";
  for (const auto& [text, words] :
       {row{"\xef\xbb\xbf{\"v\":1}", mark}, row{"\xef\xbb\xbf", mark}, row{"\xef\xbb\xbf{", mark},
        row{"\xff\xfe{\0\"\0v\0"s, "is UTF-16, expected JSON in UTF-8"},
        row{"\xfe\xff\0{\0\""s, "is UTF-16, expected JSON in UTF-8"}, row{R"({"v":1,"loss":NaN})", nan},
        row{R"({"v":1,"loss":-Infinity})", nan}, row{R"({"v":[nan,inf,-nan]})", nan},
        row{R"({"v":1,"s":"a \"quoted\" NaN","t":Infinity})", nan}, row{"NaN", nan}, row{"ok\n", plain},
        row{"ready", plain}, row{"  loaded at 10:00", plain}, row{"v=1\n", plain}, row{"v: 1\n", plain},
        row{"2026-01-02T03:04:05Z", plain}, row{"true story", plain},
        row{"\xd0\xb3\xd0\xbe\xd1\x82\xd0\xbe\xd0\xb2\xd0\xbe", plain}}) {
    CAPTURE(text);
    CHECK(judged(text, {{"/v", "1"}}) == "fail corrupt: /m " + words);
  }
}

TEST_CASE("marker content: truncated or misspelt JSON gets the general message") {
  for (const char* text : {"{", R"({"v":1)", R"({"v":Na)", R"({"v":NaN)", R"({"v":"NaN)", "{'v':1}", "[ok]", "\xff",
                           "\x01\x02", R"({"v":nane})", R"({"v":1}x)"}) {
    CAPTURE(text);
    CHECK(judged(text, {{"/v", "1"}}).starts_with("fail corrupt: /m is not valid JSON ("));
  }
  CHECK(judged(R"({"v":"NaN"})", {{"/v", "NaN"}}) == "pass ok: ");
  CHECK(judged(R"({"v":"\ufeff"})", {{"/v", "\xef\xbb\xbf"}}) == "pass ok: ");
}

TEST_CASE("marker content: the writer's process id is read from JSON or the first line, or its absence explained") {
  struct row {
    std::string where;
    std::string text;
    std::string expected;  // the number, or the message
  };
  for (const auto& [where, text, expected] :
       {row{"/pid", R"({"pid":7})", "7"},
        row{"/pid", R"({"pid":"7"})", "7"},
        row{"/a/0", R"({"a":[4194303]})", "4194303"},
        row{"/pid", "{}", "/m has no /pid (pid)"},
        row{"/pid", R"({"pid":0})", "/m has /pid 0, expected a process id"},
        row{"/pid", R"({"pid":-1})", "/m has /pid -1, expected a process id"},
        row{"/pid", R"({"pid":4194304})", "/m has /pid 4194304, expected a process id"},
        row{"/pid", R"({"pid":7.5})", "/m has /pid 7.5E0, expected a process id"},
        row{"/pid", R"({"pid":"me"})", R"(/m has /pid "me", expected a process id)"},
        row{"/pid", R"({"pid":null})", "/m has /pid null, expected a process id"},
        row{"/pid", "7", "/m has no /pid (pid)"},
        row{"/pid", "pid 7", "/m is plain text, expected JSON"},
        row{"text", "7", "7"},
        row{"text", "7\n", "7"},
        row{"text", "7\r\n", "7"},
        row{"text", "1234\n/var/lib/db\n5432\n", "1234"},
        row{"text", "", "/m is empty, expected a process id"},
        row{"text", "\n7", R"(/m has "" in its first line, expected a process id)"},
        row{"text", "0", R"(/m has "0" in its first line, expected a process id)"},
        row{"text", "pid 7", R"(/m has "pid 7" in its first line, expected a process id)"},
        row{"text",
            "\xef\xbb\xbf"
            "7",
            "/m has other bytes in its first line, expected a process id"},
        row{"text", "{\"pid\":7}", R"(/m has "{\"pid\":7}" in its first line, expected a process id)"}}) {
    CAPTURE(text);
    marker_options options;
    options.pid = where;
    const auto found = judge_content("/m", text, options);
    CHECK((found.writer ? std::to_string(*found.writer) : found.finding.sentence) == expected);
    CHECK(found.writer.has_value() == (found.finding.verdict == verdict::pass));
  }
}

TEST_CASE("marker content: the writer is identified while it still loads") {
  marker_options options;
  options.pid = "/pid";
  options.progress = "/p";
  const auto found = judge_content("/m", R"({"pid":7,"p":0.4})", options);
  CHECK(found.finding.reason == reason::pending);
  CHECK(found.writer == 7);
}

TEST_CASE("marker content: deep nesting is rejected") {
  const auto deep = std::string(30'000, '[') + std::string(30'000, ']');
  CHECK(judged(deep, {{"/v", "1"}}).starts_with("fail corrupt"));
}

TEST_CASE("marker content: progress below 1 is pending, and other content is not compared") {
  struct row {
    const char* json;
    const char* expected;
  };
  for (const auto& [json, expected] :
       {row{R"({"p":0})", "fail pending: /m: loading 0%"}, row{R"({"p":0.29})", "fail pending: /m: loading 29%"},
        row{R"({"p":0.9999})", "fail pending: /m: loading 99%"},
        row{R"({"p":1})", R"(fail mismatch: /m has no /model, expected x)"},
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
