// The tree that comes out of YAML text.
#include "config/yaml_reader.hpp"

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

TEST_CASE("yaml_reader: scalars, lists and maps know where they were written") {
  const auto root = tree("a: b\nc:\n  - d\n  - {é: 'f', g: [h]}\n");
  CHECK_EQ(root.at, place{1, 1});
  CHECK_EQ(root.find("a")->at, place{1, 4});
  CHECK_EQ(root.members[1].at, place{2, 1});
  const auto& list = *root.find("c");
  CHECK_EQ(list.at, place{3, 3});
  CHECK_EQ(list.items[0].at, place{3, 5});
  const auto& map = list.items[1];
  CHECK_EQ(map.at, place{4, 5});
  CHECK_EQ(map.members[0].at, place{4, 6});
  CHECK_EQ(map.members[0].value.at, place{4, 9});
  CHECK_EQ(map.members[1].value.items[0].at, place{4, 18});
}

TEST_CASE("yaml_reader: quotes and text blocks are remembered, so that text stays text") {
  const auto root = tree("a: 1\nb: '1'\nc: \"1\"\nd: |\n  1\ne: >-\n  1\n");
  CHECK_FALSE(root.find("a")->quoted);
  for (auto key : {"b", "c", "d", "e"}) {
    CHECK(root.find(key)->quoted);
    CHECK_EQ(root.find(key)->text, "1");
  }
}

TEST_CASE(
    "yaml_reader: a value that is not written literally at its place counts as quoted, so that no place leaves its "
    "line") {
  problems errors;
  const auto root = read_yaml(source_text("!tag&a\n  a value ${far to the right\n"), errors);
  CHECK_FALSE(errors.empty());
  REQUIRE(root);
  CHECK_EQ(root->at, place{1, 1});
  CHECK(root->quoted);
}

TEST_CASE("yaml_reader: a value that is not there is a null at its key") {
  const auto root = tree("a:\nb: ~\nc: {d: , e: null}\nf: ''\n");
  for (auto key : {"a", "b"}) CHECK_EQ(root.find(key)->kind, raw_value::kind_t::null);
  CHECK_EQ(root.find("a")->at, place{1, 1});
  CHECK_EQ(root.find("b")->at, place{2, 1});
  CHECK_EQ(root.find("c")->find("d")->at, place{3, 5});
  CHECK_EQ(root.find("c")->find("e")->kind, raw_value::kind_t::null);
  CHECK_EQ(root.find("f")->kind, raw_value::kind_t::scalar);
}

TEST_CASE("yaml_reader: nothing is interpreted") {
  const auto root = tree("[010, 0x1F, 1e3, yes, on, .nan, 2001-01-01, 1_000, 12:30:45, =]");
  const std::vector<std::string> expected{"010",  "0x1F",       "1e3",   "yes",      "on",
                                          ".nan", "2001-01-01", "1_000", "12:30:45", "="};
  REQUIRE_EQ(root.items.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK_EQ(root.items[i].text, expected[i]);
}

TEST_CASE("yaml_reader: escapes in double quotes are resolved, single quotes double") {
  const auto root = tree(R"(["\x41\u00e9\U0001F600\t\"\\", 'it''s', "\/"])");
  CHECK_EQ(root.items[0].text, "A\xC3\xA9\xF0\x9F\x98\x80\t\"\\");
  CHECK_EQ(root.items[1].text, "it's");
  CHECK_EQ(root.items[2].text, "/");
}

TEST_CASE("yaml_reader: lists and maps may nest 32 levels deep, and no deeper") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + "a" + std::string(depth, ']'); };
  CHECK_EQ(tree(nested(32)).kind, raw_value::kind_t::list);
  problems errors;
  CHECK_FALSE(read_yaml(source_text(nested(33)), errors));
  REQUIRE_EQ(errors.size(), 1);
  CHECK_EQ(errors.list()[0].at, place{1, 33});
}

TEST_CASE("yaml_reader: a map holds 256 keys, and the first key too many is named") {
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
