// Tests the substitution of ${VAR} in values.
#include "config/substitution.hpp"

#include <doctest/doctest.h>

#include "fakes/fake_checks.hpp"

using namespace telltale;

namespace {

struct row {
  std::string text;
  std::string expected;
  bool expanded = true;
};

const row rows[] = {
    {"${DATA_DIR}", "/data"},
    {"${DATA_DIR}/x", "/data/x"},
    {"x${DATA_DIR}${LEVEL}y", "x/data80%y"},
    {"${EMPTY}", ""},
    {"${EMPTY:-x}", "x"},
    {"${NOPE:-x}", "x"},
    {"${NOPE:-}", ""},
    {"${NOPE:-a:-b:?c}", "a:-b:?c"},
    {"${DATA_DIR:-x}", "/data"},
    {"${DATA_DIR:?m}", "/data"},
    {"${STRUCTURE}", "x, type: disk}"},
    {"plain", "plain", false},
    {"$$", "$", false},
    {"$${DATA_DIR}", "${DATA_DIR}", false},
    {"$$$${DATA_DIR}", "$${DATA_DIR}", false},
    {"$$${DATA_DIR}", "$/data"},
    {"^a$", "^a$", false},
    {"$5 and $.x", "$5 and $.x", false},
    {"}", "}", false},
    {"größe ${LEVEL}", "größe 80%"},
};

}  // namespace

TEST_CASE("substitution: variables, defaults and dollar signs are replaced") {
  for (const auto& r : rows) {
    INFO(r.text);
    auto value = raw_value::scalar(r.text, {1, 1});
    problems errors;
    CHECK(substitute_variables(value, fakes::variables, errors).empty());
    CHECK(errors.empty());
    CHECK_EQ(value.text, r.expected);
    CHECK_EQ(value.expanded, r.expanded);
  }
}

TEST_CASE("substitution: the value of a variable is not scanned again") {
  auto value = raw_value::scalar("${A}", {1, 1});
  problems errors;
  substitute_variables(
      value, [](std::string_view) { return std::optional<std::string>("$${B} ${C}"); }, errors);
  CHECK(errors.empty());
  CHECK_EQ(value.text, "$${B} ${C}");
}

TEST_CASE("substitution: all values of the tree are substituted, keys are not") {
  auto root =
      raw_value::map({{"${A}", {1, 1}, raw_value::list({raw_value::scalar("${LEVEL}", {1, 9})}, {1, 8})}}, {1, 1});
  problems errors;
  substitute_variables(root, fakes::variables, errors);
  CHECK_EQ(root.members[0].key, "${A}");
  CHECK_EQ(root.members[0].value.items[0].text, "80%");
}

TEST_CASE("substitution: the locations of incomplete values are returned") {
  auto root = raw_value::list({raw_value::scalar("a${NOPE}", {1, 2}), raw_value::scalar("${LEVEL}", {1, 20})}, {1, 1});
  problems errors;
  CHECK_EQ(substitute_variables(root, fakes::variables, errors), std::vector{source_location{1, 2}});
  REQUIRE_EQ(errors.size(), 1);
  CHECK_EQ(errors.list()[0].at, source_location{1, 3});
}

TEST_CASE("substitution: the total size of variables is at most 1 MiB") {
  const environment big = [](std::string_view) { return std::optional(std::string(512 * 1024, 'x')); };
  auto two = raw_value::scalar("${A}${A}", {1, 1});
  problems errors;
  substitute_variables(two, big, errors);
  CHECK(errors.empty());
  auto three = raw_value::scalar("${A}${A}${A}", {1, 1});
  substitute_variables(three, big, errors);
  REQUIRE_EQ(errors.size(), 1);
  CHECK_EQ(errors.list()[0].at, source_location{1, 9});
}
