// Tests the tree of raw values that YAML text is parsed to.
#include "yaml/reader.hpp"

#include <doctest/doctest.h>

using namespace telltale;

namespace {

raw_value tree(std::string text) {
  problems errors;
  auto root = read_yaml(source_text(std::move(text)), errors);
  for (const auto& p : errors.list()) FAIL_CHECK(p.message);
  REQUIRE(root);
  return *root;
}

}  // namespace

TEST_CASE("yaml_reader: scalars, lists and maps have their locations") {
  const auto root = tree("a: b\nc:\n  - d\n  - {é: 'f', g: [h]}\n");
  CHECK_EQ(root.at, source_location{1, 1});
  CHECK_EQ(root.find("a")->at, source_location{1, 4});
  CHECK_EQ(root.members[1].at, source_location{2, 1});
  const auto& list = *root.find("c");
  CHECK_EQ(list.at, source_location{3, 3});
  CHECK_EQ(list.items[0].at, source_location{3, 5});
  const auto& map = list.items[1];
  CHECK_EQ(map.at, source_location{4, 5});
  CHECK_EQ(map.members[0].at, source_location{4, 6});
  CHECK_EQ(map.members[0].value.at, source_location{4, 9});
  CHECK_EQ(map.members[1].value.items[0].at, source_location{4, 18});
}

TEST_CASE("yaml_reader: quoted scalars and text blocks are marked as text") {
  const auto root = tree("a: 1\nb: '1'\nc: \"1\"\nd: |\n  1\ne: >-\n  1\n");
  CHECK_FALSE(root.find("a")->quoted);
  for (auto key : {"b", "c", "d", "e"}) {
    CHECK(root.find(key)->quoted);
    CHECK_EQ(root.find(key)->text, "1");
  }
}

TEST_CASE(
    "yaml_reader: a value that does not occur literally at its location counts as quoted, so that locations stay on "
    "the line") {
  problems errors;
  const auto root = read_yaml(source_text("!tag&a\n  a value ${far to the right\n"), errors);
  CHECK_FALSE(errors.empty());
  REQUIRE(root);
  CHECK_EQ(root->at, source_location{1, 1});
  CHECK(root->quoted);
}

TEST_CASE("yaml_reader: a missing value is a null at the location of its key") {
  const auto root = tree("a:\nb: ~\nc: {d: , e: null}\nf: ''\n");
  for (auto key : {"a", "b"}) CHECK_EQ(root.find(key)->kind, raw_value::kind_t::null);
  CHECK_EQ(root.find("a")->at, source_location{1, 1});
  CHECK_EQ(root.find("b")->at, source_location{2, 1});
  CHECK_EQ(root.find("c")->find("d")->at, source_location{3, 5});
  CHECK_EQ(root.find("c")->find("e")->kind, raw_value::kind_t::null);
  CHECK_EQ(root.find("f")->kind, raw_value::kind_t::scalar);
}

TEST_CASE("yaml_reader: scalars are not interpreted") {
  const auto root = tree("[010, 0x1F, 1e3, yes, on, .nan, 2001-01-01, 1_000, 12:30:45, =]");
  const std::vector<std::string> expected{"010",  "0x1F",       "1e3",   "yes",      "on",
                                          ".nan", "2001-01-01", "1_000", "12:30:45", "="};
  REQUIRE_EQ(root.items.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK_EQ(root.items[i].text, expected[i]);
}

TEST_CASE("yaml_reader: escapes in double quotes and doubled single quotes are decoded") {
  const auto root = tree(R"(["\x41\u00e9\U0001F600\t\"\\", 'it''s', "\/"])");
  CHECK_EQ(root.items[0].text, "A\xC3\xA9\xF0\x9F\x98\x80\t\"\\");
  CHECK_EQ(root.items[1].text, "it's");
  CHECK_EQ(root.items[2].text, "/");
}

namespace {

/// The error of a value in double quotes, or empty if it is decoded as `meant`.
std::string read_escape(const std::string& written, std::string_view meant) {
  problems errors;
  const auto root = read_yaml(source_text("a: \"" + written + "\"\n"), errors);
  if (!errors.empty()) return errors.list()[0].message;
  return root && root->find("a")->text == meant ? "" : "another text";
}

}  // namespace

TEST_CASE("yaml_reader: every escape of YAML 1.2, section 5.7, and JSON's surrogate pairs are decoded") {
  constexpr std::string_view control = "the value contains a control character";
  struct row {
    std::string written;
    std::string_view meant;
    std::string_view error;
  };
  const row rows[] = {
      {R"(\0)", "", control},
      {R"(\a)", "", control},
      {R"(\b)", "", control},
      {R"(\t)", "\t", ""},
      {"\\\t", "\t", ""},
      {R"(\n)", "\n", ""},
      {R"(\v)", "", control},
      {R"(\f)", "", control},
      {R"(\r)", "\r", ""},
      {R"(QUIT\r\n)", "QUIT\r\n", ""},
      {R"(\e)", "", control},
      {R"(\ )", " ", ""},
      {R"(\")", "\"", ""},
      {R"(\/)", "/", ""},
      {R"(\\)", "\\", ""},
      {R"(\N)", "", control},
      {R"(10\_GB)", "10\u00a0GB", ""},
      {R"(\L)", "\u2028", ""},
      {R"(\P)", "\u2029", ""},
      {R"(\x41)", "A", ""},
      {R"(\xa0)", "\u00a0", ""},
      {R"(\x85)", "", control},
      {R"(\u20ac)", "\u20ac", ""},
      {R"(\ufffd)", "\ufffd", ""},
      {R"(\U0001F600)", "\U0001F600", ""},
      {R"(a\ud83d\ude00b)", "a\U0001F600b", ""},
      {R"(\uD800\uDC00\uDBFF\uDFFF)", "\U00010000\U0010FFFF", ""},
      {R"(\\ud83d)", R"(\ud83d)", ""},
  };
  for (const auto& [written, meant, error] : rows) {
    INFO(written);
    CHECK_EQ(read_escape(written, meant), error);
  }
}

TEST_CASE("yaml_reader: an unpaired surrogate is rejected") {
  for (const std::string half : {R"(\ud83d)", R"(\ude00)", R"(\ud83d\ud83d)", R"(\ude00\ud83d)", R"(\ud83d \ude00)",
                                 R"(\ud83d\u0041)", R"(\ud83d\n)", R"(\U0000d83d\ude00)", R"(\ud83d\U0000de00)"}) {
    INFO(half);
    const auto error = read_escape(half, "");
    CHECK(error.find("is half of a surrogate pair - write the character itself") != std::string::npos);
  }
}

TEST_CASE("yaml_reader: escapes are decoded in keys, in brackets and in multi-line values") {
  const auto root = tree(R"("k\\ud83d\_\ud83d\ude00": v
"a": {"\ud83d\ude00": ["x\_y", '\ud83d', \ud83d]}
b: \ud83d '\ude00'
c: "one \ud83d\ude00
  two\_"
d: "\ud83d\ude00" # "\ud83d"
)");
  CHECK_EQ(root.members[0].key, "k\\ud83d\u00a0\U0001F600");
  const auto& inner = root.find("a")->members[0];
  CHECK_EQ(inner.key, "\U0001F600");
  CHECK_EQ(inner.value.items[0].text, "x\u00a0y");
  CHECK_EQ(inner.value.items[1].text, "\\ud83d");
  CHECK_EQ(inner.value.items[2].text, "\\ud83d");
  CHECK_EQ(root.find("b")->text, "\\ud83d '\\ude00'");
  CHECK_EQ(root.find("c")->text, "one \U0001F600 two\u00a0");
  CHECK_EQ(root.find("d")->text, "\U0001F600");
}

namespace {

struct folded_row {
  std::string written;
  std::string meant;
};

// The examples of values in YAML 1.2.2 sections 6.5 and 7.3, and similar ones.
const folded_row folded_rows[] = {
    {"one\n  two", "one two"},
    {"one two\n   three  \n  four", "one two three four"},
    {"one\n\n  two\n\n\n  three", "one\ntwo\n\nthree"},
    {"\n  one\n  two", "one two"},
    {"one\n  - two", "one - two"},
    {"one\n  'two' \"three\" [four] {five} & * ! | > % @ `", "one 'two' \"three\" [four] {five} & * ! | > % @ `"},
    {"one\n  http://two:3#4 a:b c#d", "one http://two:3#4 a:b c#d"},
    {"one\n  two # of two", "one two"},
    {"one\n  ~", "one ~"},
    {"'one\n  two'", "one two"},
    {"'one  \n\n \t two'", "one\ntwo"},
    {"' 1st non-empty\n\n  2nd non-empty\n \t3rd non-empty '", " 1st non-empty\n2nd non-empty 3rd non-empty "},
    {"'it''s\n  it''s: a # \\n'", "it's it's: a # \\n"},
    {"'\n  one\n  '", " one "},
    {"'one\n\n  '", "one\n"},
    {"'one\n\n\n  '", "one\n\n"},
    {"\"one\n  two\"", "one two"},
    {"\"folded \n  to a space,\t\n \n  to a line feed, or \\\n  \\ \tnon-content\"",
     "folded to a space,\nto a line feed, or  \tnon-content"},
    {"\" 1st non-empty\n\n  2nd non-empty\n  \t3rd non-empty \"", " 1st non-empty\n2nd non-empty 3rd non-empty "},
    {"\"one\\\n  two\"", "onetwo"},
    {"\"one \\\n  two\"", "one two"},
    {"\"one\\\n\n  two\"", "one\ntwo"},
    {"\"one\\\n  \\  two\"", "one  two"},
    {"\"one\\t\n  two\"", "one\t two"},
    {"\"one\\ \n  two\"", "one  two"},
    {"\"\\x41\\u00e9\\U0001F600\\u20ac\n  \\\"\\\\\\/\\n\\N\\_\\L\\P\"",
     "A\xC3\xA9\xF0\x9F\x98\x80\xE2\x82\xAC \"\\/\n\xC2\x85\xC2\xA0\xE2\x80\xA8\xE2\x80\xA9"},
    {"\"---\n  ... # [ {\"", "--- ... # [ {"},
};

}  // namespace

TEST_CASE("yaml_reader: values that continue in deeper lines are folded") {
  for (const auto& row : folded_rows) {
    INFO(row.written);
    // U+0085 is rejected as a control character, also as an escape.
    problems errors;
    const auto root = read_yaml(source_text("a: 1\nb: " + row.written + "\nc: 3\n"), errors);
    REQUIRE(root);
    CHECK_EQ(root->find("b")->text, row.meant);
    CHECK_EQ(errors.size(), row.meant.find("\xC2\x85") == std::string::npos ? 0u : 1u);
    CHECK_EQ(root->find("c")->text, "3");
    CHECK_EQ(root->find("c")->at.column, 4);
  }
}

TEST_CASE("yaml_reader: values in lists and brackets continue in deeper lines") {
  auto root = tree("l:\n- a b\n  c\n- 'd\n  e'\nm: {f: a b\n  c, \"g\": \"d\n  e\", h: [i j\n k, 'l\n m']}\n");
  CHECK_EQ(root.find("l")->items[0].text, "a b c");
  CHECK_EQ(root.find("l")->items[1].text, "d e");
  CHECK_EQ(root.find("l")->items[1].at, source_location{4, 3});
  const auto& map = *root.find("m");
  CHECK_EQ(map.find("f")->text, "a b c");
  CHECK_EQ(map.find("g")->text, "d e");
  CHECK_EQ(map.find("h")->items[0].text, "i j k");
  CHECK_EQ(map.find("h")->items[1].text, "l m");
  root = tree("{\"a\": \"b\nc\",\n\"d\": [e f\ng]}\n");
  CHECK_EQ(root.find("a")->text, "b c");
  CHECK_EQ(root.find("d")->items[0].text, "e f g");
  root = tree("l: [a b\n  c, d\n  , e]");
  CHECK_EQ(root.find("l")->items.size(), 3);
}

TEST_CASE("yaml_reader: a single word continues only on a line that a dumper would fold") {
  const std::string word(70, 'x');
  CHECK_EQ(tree("[" + word + "x\n  y]").items[0].text, word + "x y");
  problems errors;
  read_yaml(source_text("[" + word + "\n  y]"), errors);
  REQUIRE_EQ(errors.size(), 1);
  CHECK_EQ(errors.list()[0].at, source_location{2, 3});
}

TEST_CASE("yaml_reader: lists and maps may nest 32 levels deep, and no deeper") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + "a" + std::string(depth, ']'); };
  CHECK_EQ(tree(nested(32)).kind, raw_value::kind_t::list);
  problems errors;
  CHECK_FALSE(read_yaml(source_text(nested(33)), errors));
  REQUIRE_EQ(errors.size(), 1);
  CHECK_EQ(errors.list()[0].at, source_location{1, 33});
}

TEST_CASE("yaml_reader: a map has at most 256 keys, and the first excess key is reported") {
  std::string text;
  for (int i = 0; i < 256; ++i) text += "k" + std::to_string(i) + ": 1\n";
  CHECK_EQ(tree(text).members.size(), 256);
  problems errors;
  read_yaml(source_text(text + "x: 1\ny: 1\n"), errors);
  REQUIRE_EQ(errors.size(), 1);
  CHECK_EQ(errors.list()[0], problem{{257, 1}, "a map has at most 256 keys"});
}

TEST_CASE("yaml_reader: a key has at most 256 bytes") {
  CHECK_EQ(tree(std::string(256, 'k') + ": 1").members.size(), 1);
  for (const auto& text : {std::string(257, 'k') + ": 1", "{" + std::string(257, 'k') + ": 1}"}) {
    problems errors;
    read_yaml(source_text(text), errors);
    REQUIRE_EQ(errors.size(), 1);
    CHECK_EQ(errors.list()[0].message, "a key of 257 bytes - keys have at most 256");
  }
}

namespace {

/// The first problem of a text.
problem first_problem(std::string text) {
  problems errors;
  read_yaml(source_text(std::move(text)), errors);
  REQUIRE_FALSE(errors.empty());
  return errors.list()[0];
}

}  // namespace

TEST_CASE("yaml_reader: text after the end of the document is reported") {
  for (const auto& [text, where] :
       {std::pair{"  a: 1\nb: 2\n", source_location{2, 1}}, std::pair{"a: 1\n...\nb: 2\n", source_location{3, 1}},
        std::pair{"{a: 1}\nb: 2\n", source_location{2, 1}}, std::pair{"a: 1\n---\n", source_location{2, 1}},
        std::pair{" - a\n- b\n", source_location{2, 1}}}) {
    INFO(text);
    CHECK_EQ(first_problem(text).at, where);
  }
}

TEST_CASE("yaml_reader: an unclosed bracket is reported if the next lines are outside of it") {
  for (const auto& [text, where] :
       {std::pair{"a: [b,\nc: d\n", source_location{1, 4}}, std::pair{"a: {b: [c,\n  d\ne: f\n", source_location{1, 8}},
        std::pair{"a: [b\n- c\n", source_location{1, 4}}}) {
    INFO(text);
    CHECK_EQ(first_problem(text).at, where);
  }
}
