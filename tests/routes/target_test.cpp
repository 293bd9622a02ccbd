#include <string>

#include <doctest/doctest.h>

#include "routes/target.hpp"

using namespace telltale;

TEST_CASE("target: path, verbose and excluded names are parsed") {
  struct row {
    std::string target;
    std::string path;
    bool verbose;
    std::vector<std::string> excluded;
  };
  const row table[] = {
      {"/ready", "/ready", false, {}},
      {"/ready?", "/ready", false, {}},
      {"/ready?verbose", "/ready", true, {}},
      {"/ready?verbose=1", "/ready", true, {}},
      {"/ready?Verbose", "/ready", false, {}},
      {"/ready?exclude=db&exclude=disk", "/ready", false, {"db", "disk"}},
      {"/ready?verbose&exclude=db&&x=y&=&exclude", "/ready", true, {"db"}},
      {"/ready?exclude=a%2Db+c", "/ready", false, {"a-b+c"}},
      {"/ready?%65xclude=db", "/ready", false, {"db"}},
      {"/ready?exclude=a=b", "/ready", false, {"a=b"}},
      {"/%72eady", "/ready", false, {}},
      {"/checks/%C3%A9", "/checks/\xC3\xA9", false, {}},
      {"/a%00b", std::string("/a\0b", 4), false, {}},
      {"/ready?a?b", "/ready", false, {}},
  };
  for (const auto& expected : table) {
    CAPTURE(expected.target);
    const auto parsed = parse_target(expected.target);
    REQUIRE(parsed);
    CHECK(parsed->path == expected.path);
    CHECK(parsed->verbose == expected.verbose);
    CHECK(parsed->excluded == expected.excluded);
  }
}

TEST_CASE("target: selected names, help and gate are parsed like verbose and excluded names") {
  const auto parsed = parse_target("/ready?only=db&only=a%2Db&only&only=&help=0&gate&exclude=x&Only=z&%6fnly=c");
  REQUIRE(parsed);
  CHECK(parsed->only == std::vector<std::string>{"db", "a-b", "c"});
  CHECK(parsed->excluded == std::vector<std::string>{"x"});
  CHECK(parsed->help);
  CHECK(parsed->gate);
  CHECK_FALSE(parsed->verbose);
  const auto plain = parse_target("/ready?Help&gates");
  REQUIRE(plain);
  CHECK_FALSE((plain->help || plain->gate));
}

TEST_CASE("target: a malformed target is refused") {
  for (const std::string target :
       {"", "ready", "*", "http://x/ready", "/re%", "/re%4", "/re%zz", "/re%4g", "/ready?x=%", "/ready?%g1", "/re ady",
        "/ready#x", "/r\xC3\xA9", "/r\x7f", "/r\n", "?verbose"}) {
    CAPTURE(target);
    CHECK_FALSE(parse_target(target));
  }
  CHECK_FALSE(parse_target(std::string_view("/a\0b", 4)));
}
