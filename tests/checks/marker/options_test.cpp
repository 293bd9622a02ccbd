// Tests which options the marker check accepts, and the messages for the others.
#include "marker/options.hpp"

#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"

using namespace telltale;
using namespace telltale::marker;
using telltale::testing::option;

namespace {

raw_member files(std::vector<std::string> paths) {
  std::vector<raw_value> items;
  for (auto& path : paths) items.push_back(raw_value::scalar(std::move(path)));
  return {"paths", {}, raw_value::list(std::move(items))};
}

raw_member content(const std::string& pointer, const std::string& expected) {
  return {"content", {}, raw_value::map({option(pointer, expected)})};
}

std::string first_problem(std::vector<raw_member> options) {
  problems errors;
  marker_options::declared().parse(raw_value::map(std::move(options)), errors);
  return errors.empty() ? "accepted" : errors.list().front().message;
}

}  // namespace

TEST_CASE("marker options: exactly one of path and paths is required, and the list is not empty") {
  CHECK(first_problem({option("path", "/m")}) == "accepted");
  CHECK(first_problem({files({"/m", "/n"})}) == "accepted");
  CHECK(first_problem({}) == "option 'path' is missing (or 'paths' for several files)");
  CHECK(first_problem({option("path", "/m"), files({"/n"})}) == "only one of path and paths may be given");
  CHECK(first_problem({files({})}) == "paths: the list is empty");
  CHECK(first_problem({files({"/m", "/n", "/m"})}) == "paths: /m is listed twice");
}

TEST_CASE("marker options: JSON pointers are validated before the first run") {
  CHECK(first_problem({option("path", "/m"), content("/model", "llama")}) == "accepted");
  CHECK(first_problem({option("path", "/m"), content("/a~0b~1c", "x")}) == "accepted");
  CHECK(first_problem({option("path", "/m"), content("model", "llama")}) ==
        "content: expected a JSON pointer such as /model/name, not 'model'");
  CHECK(first_problem({option("path", "/m"), content("/a~2", "x")}) ==
        "content: expected a JSON pointer such as /model/name, not '/a~2'");
  CHECK(first_problem({option("path", "/m"), option("progress", "/a~")}) ==
        "progress: expected a JSON pointer such as /model/name, not '/a~'");
}

TEST_CASE("marker options: pid is a pointer, or the whole text and then excludes content") {
  CHECK(first_problem({option("path", "/m"), option("pid", "/pid")}) == "accepted");
  CHECK(first_problem({option("path", "/m"), option("pid", "/pid"), option("progress", "/p")}) == "accepted");
  CHECK(first_problem({option("path", "/m"), option("pid", "text")}) == "accepted");
  CHECK(first_problem({option("path", "/m"), option("pid", "pid")}) ==
        "pid: expected text or a JSON pointer such as /pid, not 'pid'");
  for (auto more : {option("progress", "/p"), content("/v", "1")})
    CHECK(first_problem({option("path", "/m"), option("pid", "text"), more}) ==
          "pid: text is for a file that holds a number alone; with content or progress, give a JSON pointer");
}

TEST_CASE("marker options: newer_than is boot, start or a duration") {
  struct row {
    const char* text;
    newer_than expected;
  };
  using point = newer_than::point;
  for (const auto& [text, expected] : {row{"boot", {point::boot, {}}},
                                       {"start", {point::start, {}}},
                                       {"1m30s", {point::span, std::chrono::seconds(90)}}}) {
    CAPTURE(text);
    problems errors;
    const auto parsed = option_traits<newer_than>::parse(raw_value::scalar(text), "newer_than", errors);
    CHECK(parsed == expected);
    CHECK(option_traits<newer_than>::text(expected) == text);
  }
  for (auto text : {"", "Boot", "yesterday", "10", "0s", "-5s"}) {
    CAPTURE(text);
    CHECK(first_problem({option("path", "/m"), option("newer_than", text)})
              .starts_with("newer_than: expected boot, start or a duration such as 30s or 10m, not "));
  }
}
