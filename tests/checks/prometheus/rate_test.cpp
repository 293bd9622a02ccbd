// Rates between two pages: resets, new series, pages that are too old.
#include <string>

#include "checks/prometheus/page_fixture.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

options rate_of(const std::string& expression = "rate(errors_total)", const char* condition = "< 1") {
  return {{expression, map_of({{"expect", text(condition)}, {"as", text("rate")}})}};
}

std::string page(const std::string& value, const std::string& other = "") {
  return "errors_total{job=\"a\"} " + value + "\n" + (other.empty() ? "" : "errors_total{job=\"b\"} " + other + "\n");
}

}  // namespace

TEST_CASE("rate: until two pages are far enough apart it is not known, which is not healthy") {
  page_sequence check(rate_of());
  for (const auto after : {0s, 4s, 5s}) {
    const auto out = check.next(page("1000"), after);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == "pending");
    CHECK(out.message ==
          "rate(errors_total) is not known yet: it needs two pages that are at least 10s apart (rate_window)");
    CHECK_FALSE(out.measured("rate"));
    CHECK(out.measured("series") == 1);
  }
  const auto out = check.next(page("1000"), 1s);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.measured("rate") == 0);
}

TEST_CASE("rate: a lasting fault does not become green between two updates of the exporter") {
  page_sequence check(rate_of("rate(errors_total)", "< 50"));
  const auto page_at = [](int second) { return page(std::to_string(second / 5 * 500)); };
  check.next(page_at(0), 0s);
  CHECK(check.next(page_at(10), 10s).verdict == verdict::fail);
  for (int second = 12; second < 80; second += 2) {
    CAPTURE(second);
    const auto out = check.next(page_at(second), 2s);
    CHECK(to_string(out.reason) == "mismatch");
    CHECK(out.measured("rate") > 70);
    CHECK(out.measured("rate") < 150);
  }
}

TEST_CASE("rate: after a fault the window ends soon") {
  page_sequence check(rate_of());
  check.next(page("0"));
  CHECK(check.next(page("5000"), 10s).verdict == verdict::fail);
  int seconds = 0;
  while (check.next(page("5000"), 2s).verdict == verdict::fail) seconds += 2;
  CHECK(seconds < 20);
}

TEST_CASE("rate: series that are new count as absent before, once another page is known") {
  struct row {
    const char* absent;
    telltale::verdict expected;
    const char* why;
  };
  for (const auto& [absent, expected, why] :
       {row{"fail", verdict::fail, "pending"}, row{"warn", verdict::warn, "pending"},
        row{"ignore", verdict::pass, "idle"}}) {
    CAPTURE(absent);
    page_sequence check({{"rate(errors_total)", map_of({{"fail", text("1")}, {"absent", text(absent)}})}});
    CHECK(check.next("other 1\n").verdict == expected);
    auto out = check.next(page("5"));
    CHECK(out.verdict == expected);
    CHECK(to_string(out.reason) == why);
    CHECK(contains(out.message, "not known yet"));
    out = check.next(page("5000"));
    CHECK(to_string(out.reason) == "threshold");
    page_sequence fresh({{"rate(errors_total)", map_of({{"fail", text("1")}, {"absent", text(absent)}})}});
    out = fresh.next(page("5"));
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == "pending");
  }
}

TEST_CASE("rate: the increase is divided by the time between the runs") {
  page_sequence check(rate_of());
  check.next(page("1000"));
  auto out = check.next(page("1005"), 10s);
  CHECK(out.measured("rate") == doctest::Approx(0.5));
  CHECK(out.verdict == verdict::pass);
  CHECK(to_string(out.reason) == "ok");
  out = check.next(page("1405"), 20s);
  CHECK(out.measured("rate") == doctest::Approx(20));
  CHECK(out.verdict == verdict::fail);
  CHECK(contains(out.message, R"(rate(errors_total{job="a"}) is 20, expected < 1)"));
  out = check.next(page("1405"), 500ms);
  CHECK(out.measured("rate") == doctest::Approx(400 / 20.5));
}

TEST_CASE("rate: a counter that was reset counts from zero") {
  page_sequence check(rate_of());
  check.next(page("1000"));
  const auto out = check.next(page("5"), 10s);
  CHECK(out.measured("rate") == doctest::Approx(0.5));
  CHECK(out.measured("counter_resets") == 1);
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "1 counter restarted from zero"));
  CHECK(check.next(page("5"), 10s).measured("counter_resets") == 0);
}

TEST_CASE("rate: each series has its own, and the worst is reported") {
  page_sequence check(rate_of());
  check.next(page("0", "0"));
  const auto out = check.next(page("5", "50"), 10s);
  CHECK(out.measured("rate") == doctest::Approx(5));
  CHECK(contains(out.message, R"(rate(errors_total{job="b"}) is 5, expected < 1, the worst of 1 of 2 series)"));
}

TEST_CASE("rate: aggregated are the rates, so that a reset of one series does not hide another") {
  page_sequence check(rate_of("sum(rate(errors_total))"));
  check.next(page("1000", "1000"));
  const auto out = check.next(page("10", "1030"), 10s);
  CHECK(out.measured("rate") == doctest::Approx(4));
  CHECK(contains(out.message, "sum(rate(errors_total)) is 4, expected < 1"));
}

TEST_CASE("rate: a new series counts from its second page") {
  page_sequence check(rate_of("sum(rate(errors_total))"));
  check.next(page("0"));
  CHECK(check.next(page("10", "7000"), 10s).measured("rate") == doctest::Approx(1));
  CHECK(check.next(page("20", "7020"), 10s).measured("rate") == doctest::Approx(3));
}

TEST_CASE("rate: a series that vanished and came back starts anew") {
  page_sequence check(rate_of());
  check.next(page("1000"));
  CHECK(to_string(check.next("other 1\n").reason) == "missing");
  const auto out = check.next(page("5000"));
  CHECK(to_string(out.reason) == "pending");
  CHECK(out.message == "rate(errors_total) is not known yet: its series are new");
}

TEST_CASE("rate: after a page that is not valid the last valid one counts") {
  page_sequence check(rate_of());
  check.next(page("1000"));
  CHECK(check.next("<html>\n", 10s).verdict == verdict::fail);
  CHECK(check.next(page("1010"), 10s).measured("rate") == doctest::Approx(0.5));
}

TEST_CASE("rate: values of more than an hour ago give none") {
  page_sequence check(rate_of());
  check.next(page("1000"));
  CHECK(check.next(page("1360"), 1h).measured("rate") == doctest::Approx(0.1));
  const auto out = check.next(page("2000"), 1h + 1s);
  CHECK(to_string(out.reason) == "pending");
  CHECK(check.next(page("2000"), 10s).measured("rate") == 0);
}

TEST_CASE("rate: two pages at the same time give none") {
  page_sequence check(rate_of());
  check.next(page("1000"));
  CHECK(to_string(check.next(page("2000"), 0ms).reason) == "pending");
}

TEST_CASE("rate: a rate that is missing does not hide another finding") {
  page_sequence check({{"rate(errors_total)", text("< 1")}, {"up", text("1")}});
  const auto out = check.next(page("1") + "up 0\n");
  CHECK(out.verdict == verdict::fail);
  CHECK(to_string(out.reason) == "mismatch");
}

TEST_CASE("rate: a value that is NaN is reported") {
  page_sequence check(rate_of());
  check.next(page("1"));
  CHECK(contains(check.next(page("NaN")).message, "is NaN"));
}
