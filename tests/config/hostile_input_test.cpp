// Tests that large hostile inputs are rejected at the right location, in bounded time and memory.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "config/config.hpp"
#include "config/config_file.hpp"
#include "config/measured.hpp"
#include "diagnostics/error_text.hpp"
#include "fakes/fake_checks.hpp"

using namespace telltale;

namespace {

std::string repeated(std::string_view part, std::size_t bytes = max_config_bytes - 64) {
  std::string out;
  while (out.size() + part.size() <= bytes) out += part;
  return out;
}

struct hostile_row {
  std::string title;
  std::function<std::string()> make;
  source_location at;
  std::string message;  ///< prefix
};

std::string numbered_keys() {
  std::string out;
  for (int i = 0; i < 90'000; ++i) out += fmt::format("k{}: 1\n", i);
  return out;
}

const char* deep = "lists and maps are nested deeper than 32 levels";
const char* crowded = "more than 100000 values inside one pair of brackets";
const char* unknown = "unknown option 'a'";
const char* no_map = "the configuration has to be a map";

const hostile_row rows[] = {
    {"a million opening brackets", [] { return repeated("["); }, {1, 33}, deep},
    {"a million opening braces", [] { return repeated("{"); }, {1, 33}, deep},
    {"brackets on lines of their own", [] { return repeated("[\n"); }, {33, 1}, deep},
    {"nested maps in braces", [] { return "a: " + repeated("{a: "); }, {1, 132}, deep},
    {"a million dashes", [] { return repeated("- "); }, {1, 1048511}, "this list item is empty"},
    {"keys nested by indentation",
     [] {
       std::string out;
       for (int i = 0; i < 1000; ++i) out += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
       return out;
     },
     {33, 33},
     deep},
    {"complex keys", [] { return repeated("? "); }, {1, 1}, "'? ' starts a complex key"},
    {"colons", [] { return repeated(": "); }, {1, 1}, "a key is missing before ':'"},
    {"a list of half a million items", [] { return "[" + repeated("a,") + "]"; }, {1, 1}, crowded},
    {"the same as a value", [] { return "a: [" + repeated("a,") + "]"; }, {1, 4}, crowded},
    {"the same in quotes", [] { return "[" + repeated("\"a\",") + "]"; }, {1, 1}, crowded},
    {"the same over many lines", [] { return "a: [" + repeated("a,\n") + "]"; }, {1, 4}, crowded},
    {"a list of empty lists", [] { return "[" + repeated("[],") + "]"; }, {1, 1}, crowded},
    {"a list of pairs", [] { return "[" + repeated("a: b,") + "]"; }, {1, 1}, crowded},
    {"commas", [] { return "[" + repeated(",") + "]"; }, {1, 1}, crowded},
    {"items side by side", [] { return "[" + repeated("\"a\" ") + "]"; }, {1, 6}, "a ',' is missing"},
    {"closing brackets", [] { return repeated("]"); }, {1, 1}, "a value cannot start with ']'"},
    {"empty items", [] { return repeated("-\n"); }, {1, 1}, "this list item is empty"},
    {"nested empty items", [] { return repeated("- - - -\n"); }, {1, 7}, "this list item is empty"},
    {"a long key", [] { return repeated("x") + ": 1"; }, {1, 1}, "a key of 1048512 bytes"},
    {"a long value", [] { return "a: " + repeated("x"); }, {1, 1}, unknown},
    {"a long value in double quotes", [] { return "a: \"" + repeated("x ") + "\""; }, {1, 1}, unknown},
    {"a long value of escapes", [] { return "a: \"" + repeated("\\\\x") + "\""; }, {1, 1}, unknown},
    {"a long value of single quotes", [] { return "a: '" + repeated("''") + "'"; }, {1, 1}, unknown},
    {"a long value of dollar signs", [] { return "a: " + repeated("$"); }, {1, 1}, unknown},
    {"a long value of variables that are not closed",
     [] { return "checks: " + repeated("${"); },
     {1, 9},
     "'${' without '}'"},
    {"variables that are not set", [] { return "checks: " + repeated("${X}"); }, {1, 9}, "variable X is not set"},
    {"variables that grow", [] { return "checks: " + repeated("${BIG}"); }, {1, 9 + 6 * 10}, "the variables of this"},
    {"nested variables", [] { return "checks: \"" + repeated("${X:-") + "\""; }, {1, 9}, "'${' without '}'"},
    {"a long type", [] { return "checks: [{type: " + repeated("x") + "}]"; }, {1, 10}, "option 'name' is missing"},
    {"a value over many lines", [] { return "a: " + repeated("x\n "); }, {1, 1}, unknown},
    {"a value over many lines in brackets", [] { return "a: [x y " + repeated("x\n ") + "]"; }, {1, 1}, unknown},
    {"a quoted value over many lines", [] { return "a: \"" + repeated("x\n\n ") + "\""; }, {1, 1}, unknown},
    {"a quoted value of escaped line breaks", [] { return "a: \"" + repeated("\\\n ") + "\""; }, {1, 1}, unknown},
    {"open quotes in deeper lines",
     [] { return "a: 'x\n" + repeated("  - 'x\n"); },
     {1, 4},
     "this quote is not closed"},
    {"open quotes in the lines of brackets", [] { return "[\n" + repeated(" 'x''\n"); }, {2, 2}, "this quote is not"},
    {"open quotes of both kinds", [] { return "[\n" + repeated(" '\n \"\n"); }, {5, 2}, "a ',' is missing"},
    {"words without commas on lines of their own", [] { return "[" + repeated("x\n\n "); }, {3, 2}, "a ',' is missing"},
    {"dollar signs in lines of escapes",
     [] { return "checks: \"x\n" + repeated(" \\x24\\x24\\x24{") + "\""; },
     {2, 10},
     "'${' without '}'"},
    {"variables in many lines",
     [] { return "checks: \"" + repeated("\n ${X}") + "\""; },
     {2, 2},
     "variable X is not set"},
    {"variables behind as many dollar signs as there is room for",
     [] { return "checks: \"\n " + repeated("$$", 1'000'000) + repeated("${X}", 40'000) + "\""; },
     {2, 1'000'002},
     "variable X is not set"},
    {"variables in a long quoted line",
     [] { return "checks: \"" + repeated("${X}") + "\""; },
     {1, 9},
     "variable X is not set"},
    {"a long text block", [] { return "a: |\n" + repeated("  x\n"); }, {1, 1}, unknown},
    {"a long folded text block", [] { return "a: >\n" + repeated("  x\n\n"); }, {1, 1}, unknown},
    {"a text block of empty lines", [] { return "a: |\n" + repeated("\n"); }, {1, 4}, "this text block is empty"},
    {"empty lines", [] { return repeated("\n"); }, {1, 1}, "the configuration is empty"},
    {"spaces", [] { return repeated(" "); }, {1, 1}, "the configuration is empty"},
    {"comments", [] { return repeated("#\n"); }, {1, 1}, "the configuration is empty"},
    {"a comment sign in every word", [] { return "x" + repeated(" #"); }, {1, 1}, no_map},
    {"tabs", [] { return "a:" + repeated("\t") + "b"; }, {1, 1}, unknown},
    {"quotes", [] { return repeated("\""); }, {1, 3}, "text after the closing \""},
    {"open quotes", [] { return repeated("a: \"\n"); }, {1, 4}, "this quote is not closed"},
    {"anchors", [] { return repeated("&a "); }, {1, 1}, "'&' starts a YAML anchor"},
    {"more anchors than anybody reads, then brackets",
     [] { return repeated("- &a x\n", 2000) + "- " + repeated("[", 1'000'000); },
     {1, 3},
     "'&' starts a YAML anchor"},
    {"anchors and aliases that double",
     [] {
       std::string out = "a0: &a0 x\n";
       for (int i = 1; i < 60; ++i) out += fmt::format("a{0}: &a{0} [*a{1}, *a{1}]\n", i, i - 1);
       return out;
     },
     {1, 1},
     "unknown option 'a0'"},
    {"tags", [] { return "a: " + repeated("!"); }, {1, 4}, "'!' starts a YAML tag"},
    {"document marks", [] { return repeated("---\n"); }, {2, 1}, "a second YAML document"},
    {"many keys", numbered_keys, {257, 1}, "a map has at most 256 keys"},
    {"the same key again and again", [] { return repeated("a: 1\n", 400'000); }, {1, 1}, unknown},
    {"unknown gates",
     [] { return "checks:\n- name: x\n  gates: [" + repeated("x,", 100'000) + "]"; },
     {3, 40011},
     "a list has at most 20000 items"},
    {"checks of the same name",
     [] { return "checks:\n" + repeated("- {name: a, type: disk, path: /}\n", 600'000); },
     {3, 10},
     "name: 'a' is already the name"},
    {"checks without anything",
     [] { return "checks:\n" + repeated("- {}\n", 99'000); },
     {2, 3},
     "option 'name' is missing"},
    {"long lines of wide characters", [] { return "a: \"" + repeated("日本") + "\""; }, {1, 1}, unknown},
    {"two hundred thousand checks",
     [] { return "checks:\n" + repeated("- {}\n"); },
     {20'002, 3},
     "a list has at most 20000 items"},
    {"bytes that are not text", [] { return repeated("\xFE"); }, {1, 1}, "byte 0xFE is not valid UTF-8"},
};

std::optional<std::string> with_big(std::string_view name) {
  return name == "BIG" ? std::optional(std::string(100 * 1024, 'x')) : fakes::variables(name);
}

/// The printed errors, whose size is bounded.
std::string refused(const std::string& text) {
  const auto result = parse_config(text, "t.yaml", fakes::table(), with_big);
  const auto* errors = std::get_if<config_errors>(&result);
  if (!errors) return "accepted";
  auto shown = to_text(*errors);
  return errors->list.size() <= 101 && shown.size() < 100'000 ? shown : "too many problems";
}

}  // namespace

TEST_CASE("config: hostile megabytes are rejected at the right location, within a second and 64 MiB") {
  for (const auto& row : rows) {
    INFO(row.title);
    const auto text = row.make();
    const auto expected = fmt::format("t.yaml:{}:{}: {}", row.at.line, row.at.column, row.message);
    const auto cost = fakes::measured([&] {
      const auto shown = refused(text);
      if (shown.starts_with(expected)) return true;
      MESSAGE(expected, " was expected, but the answer is ", shown.substr(0, 200));
      return false;
    });
    CHECK(cost.ended_well);
    CHECK(cost.seconds < fakes::most_seconds);
    CHECK(cost.mib < fakes::most_mib);
  }
}

TEST_CASE("config: a text above 1 MiB is rejected without parsing") {
  const auto result = parse_config(std::string(max_config_bytes + 1, ' '), "t.yaml", fakes::table(), fakes::variables);
  REQUIRE(std::holds_alternative<config_errors>(result));
  CHECK_EQ(to_text(std::get<config_errors>(result)), "t.yaml: larger than 1 MiB, the most a configuration may have\n");
}

TEST_CASE("config: ten thousand checks are accepted, within a second and 64 MiB") {
  std::string text = "checks:\n";
  for (int i = 0; i < 10'000; ++i)
    text += fmt::format("  - {{name: c{:05}, type: disk, path: /data, warn: 80%, interval: 1m, gates: [ready]}}\n", i);
  const auto cost = fakes::measured([&] {
    const auto result = parse_config(text, "t.yaml", fakes::table(), fakes::variables);
    const auto* good = std::get_if<config>(&result);
    return good && good->checks.size() == 10'000 && good->checks.back().settings.name == "c09999";
  });
  CHECK(cost.ended_well);
  CHECK(cost.seconds < fakes::most_seconds);
  CHECK(cost.mib < fakes::most_mib);
}
