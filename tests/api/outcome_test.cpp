// Tests outcomes: the default is a failure, and several findings are combined into one sentence.
#include <doctest/doctest.h>

#include <telltale/limit.hpp>
#include <telltale/outcome.hpp>

using namespace telltale;

TEST_CASE("outcome: the default is a failure") {
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

TEST_CASE("findings: the worst verdict determines the reason and begins the sentence") {
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

namespace {

/// What `judge` records, as "warn threshold: sentence".
template <class Value, class Limit>
std::string judged(std::string_view what, const Value& value, const Limit& limit, const limit_report& how = {}) {
  findings found;
  const auto v = found.judge(what, value, limit, how);
  const auto out = std::move(found).result("fine");
  CHECK(out.verdict == std::min(v, how.worst));
  return std::string(to_string(out.verdict)) + " " + std::string(to_string(out.reason)) + ": " + out.message;
}

}  // namespace

TEST_CASE("findings: the sentence of a crossed limit contains the value and the bound, each with its unit") {
  using namespace std::chrono_literals;
  using std::chrono::milliseconds;
  const upper_limit<bytes> size{bytes{64u << 20}, bytes{512u << 20}};
  CHECK(judged("backlog", bytes{1}, size) == "pass ok: fine");
  CHECK(judged("backlog", bytes{70u << 20}, size) == "warn threshold: backlog 70.0 MiB (limit 64.0 MiB)");
  CHECK(judged("backlog", bytes{1u << 30}, size) == "fail threshold: backlog 1.0 GiB (limit 512.0 MiB)");
  const upper_limit<percent> share{{}, percent{90}};
  CHECK(judged("/data", percent{89.97}, share) == "pass ok: fine");
  CHECK(judged("/data", percent{91}, share, {.after = " used"}) == "fail threshold: /data 91% used (limit 90%)");
  CHECK(judged("/data", percent{99.99}, share) == "fail threshold: /data 99.9% (limit 90%)");
  const upper_limit<milliseconds> age{{}, 5min};
  CHECK(judged("no commit for", 5min - 1ns, age) == "pass ok: fine");
  CHECK(judged("no commit for", 7min + 13s, age) == "fail threshold: no commit for over 5 min (limit 5 min)");
  CHECK(judged("latency", 820ms, upper_limit<milliseconds>{500ms, {}}) ==
        "warn threshold: latency 820 ms (limit 500 ms)");
  const lower_limit<milliseconds> left{24h * 30, 24h};
  CHECK(judged("expires in", 24h * 10 + 2h, left) == "warn threshold: expires in 10 d 2 h (limit 30 d)");
  CHECK(judged("free", bytes{1u << 20}, lower_limit<bytes>{{}, bytes{2u << 20}}) ==
        "fail threshold: free 1.0 MiB (limit 2.0 MiB)");
  CHECK(judged("clients", std::uint64_t{12}, upper_limit<std::uint64_t>{10, {}}) ==
        "warn threshold: clients 12 (limit 10)");
  CHECK(judged("load", 1.25, upper_limit<double>{{}, 1.0}) == "fail threshold: load 1.25 (limit 1)");
}

TEST_CASE("findings: a crossed limit may have another reason, a hint and at most a warning") {
  const upper_limit<std::uint64_t> limit{1, 2};
  CHECK(judged("queue", std::uint64_t{3}, limit,
               {.why = reason::locked, .after = " jobs", .hint = ": nobody works", .worst = verdict::warn}) ==
        "warn locked: queue 3 jobs (limit 2): nobody works");
}

TEST_CASE("findings: of two values of the same name the later one counts") {
  findings found;
  found.measure("reply_seconds", 1);
  found.measure("body_bytes", 2);
  found.measure("reply_seconds", 3);
  const auto out = std::move(found).result("fine");
  CHECK(out.measurements == std::vector<measurement>{{"reply_seconds", 3}, {"body_bytes", 2}});
}
