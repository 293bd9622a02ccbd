// Tests which checks a reload keeps.
#include "config/kept_checks.hpp"

#include <doctest/doctest.h>

#include "config/text_hash.hpp"
#include "fakes/fake_checks.hpp"

using namespace telltale;

namespace {

config made_of(const std::string& text) {
  return std::get<config>(parse_config(text, "t.yaml", fakes::table(), fakes::variables));
}

const std::string two =
    "checks:\n"
    "  - {name: a, type: disk, path: /data, warn: 80%}\n"
    "  - {name: b, type: disk, path: /}\n";

}  // namespace

TEST_CASE("kept checks: a check with another order, location and interval is the same") {
  const auto before = made_of(two);
  CHECK(find_kept_checks(before, made_of("# moved\n" + two)) == kept_checks{0, 1});
  CHECK(find_kept_checks(before, made_of("checks:\n"
                                         "  - {name: b, type: disk, path: /, interval: 1m, gates: [live]}\n"
                                         "  - {name: a, type: disk, path: /data, warn: 80%, description: data}\n")) ==
        kept_checks{1, 0});
}

TEST_CASE("kept checks: a check with another option, name or type is a different one") {
  const auto before = made_of(two);
  const auto kept = find_kept_checks(before, made_of("checks:\n"
                                                     "  - {name: a, type: disk, path: /data, warn: 81%}\n"
                                                     "  - {name: c, type: disk, path: /}\n"
                                                     "  - {name: b, type: marker, path: /}\n"));
  CHECK(kept == kept_checks{std::nullopt, std::nullopt, std::nullopt});
}

TEST_CASE("kept checks: options are compared after their trees have been released") {
  auto before = made_of(two);
  for (auto& check : before.checks) check.options.release_tree();
  CHECK(find_kept_checks(before, made_of(two)) == kept_checks{0, 1});
  CHECK(find_kept_checks(before, made_of("checks: [{name: a, type: disk, path: /data, warn: 81%}]")) ==
        kept_checks{std::nullopt});
}

TEST_CASE("check options: trees that differ in more than their locations are different") {
  const auto a = [] { return raw_value::scalar("a"); };
  auto quoted = a();
  quoted.quoted = true;
  const std::vector<raw_value> trees{
      {},
      a(),
      quoted,
      raw_value::scalar("ab"),
      raw_value::list({}),
      raw_value::list({a()}),
      raw_value::list({a(), raw_value::scalar("b")}),
      raw_value::list({raw_value::scalar("ab"), raw_value::scalar("")}),
      raw_value::list({raw_value::list({a()}), raw_value::scalar("b")}),
      raw_value::list({raw_value::list({a(), raw_value::scalar("b")})}),
      raw_value::map({}),
      raw_value::map({{"a", {}, a()}}),
      raw_value::map({{"ab", {}, raw_value::scalar("")}}),
      raw_value::map({{"a", {}, raw_value::scalar("")}, {"b", {}, raw_value::scalar("")}}),
      raw_value::map({{"b", {}, raw_value::scalar("")}, {"a", {}, raw_value::scalar("")}}),
  };
  for (std::size_t i = 0; i < trees.size(); ++i)
    for (std::size_t j = 0; j < trees.size(); ++j)
      CHECK(check_options(trees[i]).same_as(check_options(trees[j])) == (i == j));
  CHECK(check_options(raw_value::scalar("a", {1, 2})).same_as(check_options(raw_value::scalar("a", {3, 4}))));
}

TEST_CASE("text hash: distinguishes texts and fits a double") {
  CHECK(text_hash("a") != text_hash("b"));
  CHECK(text_hash("a\n") != text_hash("a"));
  CHECK(text_hash(two) == made_of(two).hash);
  for (const auto* text : {"", "a", "b", "checks: []"})
    CHECK(static_cast<std::uint64_t>(static_cast<double>(text_hash(text))) == text_hash(text));
}
