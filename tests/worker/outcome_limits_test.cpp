#include "worker/outcome_limits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace telltale;

TEST_CASE("outcome limits: text is one line of valid UTF-8") {
  struct row {
    std::string_view in, out;
  };
  for (const auto& [in, out] : std::vector<row>{
           {"plain", "plain"},
           {"naïve €, 𝄞", "naïve €, 𝄞"},
           {"two\nlines\tand\rmore", "two lines and more"},
           {"\x1b[31mred\x7f", " [31mred "},
           {"c1 \xC2\x9B control", "c1   control"},
           {"\xff", "\uFFFD"},
           {"overlong \xC0\xAF", "overlong \uFFFD\uFFFD"},
           {"surrogate \xED\xA0\x80", "surrogate \uFFFD\uFFFD\uFFFD"},
           {"too big \xF4\x90\x80\x80", "too big \uFFFD\uFFFD\uFFFD\uFFFD"},
           {"cut \xE2\x82", "cut \uFFFD\uFFFD"},
           {"", ""},
       })
    CHECK(one_line(in, 100) == out);
}

TEST_CASE("outcome limits: long text is cut between characters") {
  CHECK(one_line("12345678", 8) == "12345678");
  CHECK(one_line("123456789", 8) == "12345...");
  CHECK(one_line("1234€€", 8) == "1234...");
  CHECK(one_line("12€€€", 8) == "12€...");
  CHECK(one_line(std::string(5000, '\xff'), 1024).size() <= 1024);
  CHECK(one_line("\u202E\u202E\u202E\u202E\u202E\u202E\u202E\u202E\u202E", 8) == "     ...");
}

TEST_CASE("outcome limits: measurements that cannot be exported are dropped") {
  auto found = outcome::pass("fine");
  found.measurements = {{"used_bytes", 1},
                        {"nan", std::nan("")},
                        {"inf", std::numeric_limits<double>::infinity()},
                        {"Upper", 1},
                        {"", 1},
                        {"9lives", 1},
                        {"has space", 1},
                        {std::string(65, 'a'), 1},
                        {"n2", 2}};
  const auto kept = within_limits(found).measurements;
  CHECK(kept == std::vector<measurement>{{"used_bytes", 1}, {"n2", 2}});
}

TEST_CASE("outcome limits: at most 64 measurements are kept and the message is never empty") {
  auto found = outcome::fail(reason::missing, "");
  found.measurements.assign(500, {"n", 1});
  const auto kept = within_limits(found);
  CHECK(kept.measurements.size() == 64);
  CHECK(kept.message == "the check gave no message");
  CHECK(kept.reason == reason::missing);
}

TEST_CASE("outcome limits: names of stored values are limited") {
  memory kept;
  kept.set("inode", 7);
  kept.set(std::string(65, 'x'), 1);
  const auto bounded = within_limits(kept);
  CHECK(bounded.get("inode") == 7);
  CHECK(bounded.values().size() == 1);
}

TEST_CASE("outcome limits: a failure has a reason") {
  CHECK(within_limits(outcome::fail(reason::ok, "odd")).reason == reason::internal);
  CHECK(within_limits(outcome::fail(reason::corrupt, "page 7")).reason == reason::corrupt);
  CHECK(within_limits(outcome::pass("fine")).reason == reason::ok);
}
