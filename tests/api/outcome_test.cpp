// Outcomes: the default is red, and several findings become one sentence.
#include <doctest/doctest.h>

#include <telltale/limit.hpp>
#include <telltale/outcome.hpp>

using namespace telltale;

TEST_CASE("outcome: a forgotten result is a failure") {
  CHECK(outcome{}.verdict == verdict::fail);
  CHECK(outcome{}.reason == reason::internal);
}

TEST_CASE("reason: each has a name and a meaning") {
  for (const auto& row : reason_table) {
    CHECK(to_string(row.value) == row.name);
    CHECK_FALSE(row.meaning.empty());
  }
}

TEST_CASE("findings: without any the healthy sentence is the message") {
  findings found;
  found.measure("used_ratio", 0.5);
  const auto result = std::move(found).result("all well");
  CHECK(result.verdict == verdict::pass);
  CHECK(result.reason == reason::ok);
  CHECK(result.message == "all well");
  CHECK(result.measured("used_ratio") == 0.5);
  CHECK_FALSE(result.measured("free_ratio"));
}

TEST_CASE("findings: the worst verdict gives the reason and opens the sentence") {
  findings found;
  found.warn(reason::mismatch, "not in WAL mode");
  found.fail(reason::locked, "writer lock held");
  found.warn(reason::threshold, "backlog large");
  found.fail(reason::full, "disk full");
  const auto result = std::move(found).result("unused");
  CHECK(result.verdict == verdict::fail);
  CHECK(result.reason == reason::locked);
  CHECK(result.message == "writer lock held; disk full; not in WAL mode; backlog large");
}

TEST_CASE("limit: reaching an upper bound crosses it, touching a lower bound does not") {
  const upper_limit<int> upper{5, 10};
  CHECK(judge(4, upper) == verdict::pass);
  CHECK(judge(5, upper) == verdict::warn);
  CHECK(judge(10, upper) == verdict::fail);
  const lower_limit<int> lower{10, 5};
  CHECK(judge(10, lower) == verdict::pass);
  CHECK(judge(9, lower) == verdict::warn);
  CHECK(judge(4, lower) == verdict::fail);
  CHECK(judge(4, upper_limit<int>{}) == verdict::pass);
  CHECK(crossed(lower, verdict::warn) == 10);
}
