// The search for a text or a pattern while it arrives.
#include "tcp/awaited_text.hpp"

#include <doctest/doctest.h>

using namespace telltale;

namespace {

tcp_options matching(std::string_view expression) {
  std::string ignored;
  tcp_options out;
  out.match = pattern::compile(expression, ignored, ignored);
  REQUIRE(out.match);
  return out;
}

}  // namespace

TEST_CASE("tcp awaited text: a text is found across the border of two pieces") {
  tcp_options options;
  options.expect = "ESMTP";
  for (std::size_t cut = 0; cut <= 12; ++cut) {
    awaited_text text(options);
    const std::string_view whole = "220 ESMTP ok";
    const bool early = text.add(whole.substr(0, cut));
    CHECK(early == (cut >= 9));
    CHECK((early || text.add(whole.substr(cut))));
    CHECK(text.found());
  }
}

TEST_CASE("tcp awaited text: single bytes do not make the search expensive, and the end is still searched") {
  const auto options = matching("(a|b)*c");
  awaited_text text(options);
  while (!text.full()) CHECK_FALSE(text.add("a"));
  // All searches together would be 2 GiB.
  CHECK_FALSE(text.add("c"));
  CHECK(text.found());
  awaited_text short_text(options);
  CHECK_FALSE(short_text.add("a"));
  CHECK(short_text.add("c"));
}

TEST_CASE("tcp awaited text: the sentence names the pattern, and not the text, which may be secret") {
  const auto options = matching("^220 ");
  CHECK(awaited_text(options).unmet("SSH") == "the server sent 'SSH', expected ~ ^220 ");
  tcp_options plain;
  plain.expect = "hunter2";
  CHECK(awaited_text(plain).unmet("SSH") == "the server sent 'SSH' instead of the expected text");
}
