// The options of the prometheus check: what is refused, and how to mend it.
#include <string>

#include "checks/prometheus/page_fixture.hpp"
#include "checks/prometheus/peer.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

std::string problems_of(raw_value values, options more = {}) {
  more.emplace_back("url", text("http://app:9090/metrics"));
  more.emplace_back("values", std::move(values));
  problems found;
  checks::prometheus().validate(map_of(std::move(more)), found, {});
  std::string out;
  for (const auto& p : found.list()) out += p.message + "\n";
  return out;
}

std::string problems_with(const std::string& expression, raw_value conditions) {
  return problems_of(map_of({{expression, std::move(conditions)}}));
}

raw_value as(const char* name) { return map_of({{"as", text(name)}}); }

}  // namespace

TEST_CASE("prometheus options: conditions are an expectation or a map") {
  CHECK(problems_with("x", text("< 100")).empty());
  CHECK(problems_with("x", text("0")).empty());
  CHECK(problems_with("x", text("!= 0")).empty());
  CHECK(problems_with("x", map_of({{"warn", text("1")}, {"fail", text("2.5")}})).empty());
  CHECK(problems_with("x", map_of({{"below", text("1e9")}})).empty());
  CHECK(problems_with("x", map_of({{"below", map_of({{"warn", text("5")}, {"fail", text("1")}})}})).empty());
  CHECK(problems_with("x", map_of({{"expect", text(">= 1")}, {"absent", text("ignore")}, {"as", text("y")}})).empty());
  CHECK(problems_with("x", map_of({})).empty());
}

TEST_CASE("prometheus options: each mistake has its words") {
  struct row {
    std::string expression;
    raw_value conditions;
    std::string words;
  };
  const row rows[] = {
      {"rate(x[5m])", text("0"), "measured between two runs"},
      {"x{a=b}", text("0"), "values: 'x{a=b}': a label value is not in quotes"},
      {"x", text("ok"), "expected a comparison with a number"},
      {"x", text("~ ^2"), "expected a comparison with a number"},
      {"x", text("> 1,000"), "values.x: expected"},
      {"x", text("=> 5"), "values.x: expected"},
      {"x", map_of({{"expect", text("up")}}), "expected a comparison with a number"},
      {"x", map_of({{"warn", text("5")}, {"fail", text("1")}}), "where less is worse, use `below`"},
      {"x", map_of({{"warn", text("5%")}}), "warn: expected a number"},
      {"x", map_of({{"below", map_of({{"warn", text("1")}, {"fail", text("5")}})}}), "below: warn must be above fail"},
      {"x", map_of({{"absent", text("no")}}), "absent: expected one of fail, warn, ignore"},
      {"x", map_of({{"max", text("5")}}), "unknown option 'max'"},
      {"x", as("Queue Depth"), "as: expected a name"},
      {"x", as(""), "as: expected a name"},
      {"{a='b'}", text("0"), "values: '{a='b'}' has no metric name; name its measurement with `as`"},
      {std::string(65, 'x'), text("0"),
       "has a name that is too long for a measurement; name its measurement with `as`"},
      {"samples", text("0"), "samples is a measurement of every check of this type"},
      {"x", as("page_bytes"), "page_bytes is a measurement of every check of this type"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.expression);
    const auto found = problems_with(r.expression, r.conditions);
    CAPTURE(found);
    CHECK(contains(found, r.words));
  }
}

TEST_CASE("prometheus options: two values need different names") {
  const auto two = [](raw_value second) {
    return problems_of(map_of({{"x{a=~'1'}", text("0")}, {"x{a=~'2'}", std::move(second)}}));
  };
  CHECK(contains(two(text("0")), "values: 'x{a=~'2'}' has the same measurement as another, x; name its measurement"));
  CHECK(two(as("second")).empty());
  CHECK(problems_of(map_of({{"x{a='1'}", text("0")}, {"x{a='2'}", text("0")}})).empty());
  CHECK(problems_of(map_of({{"x", text("0")}, {"max(x)", text("0")}, {"rate(x)", text("0")}})).empty());
}

TEST_CASE("prometheus options: values are a map of at least one, and at most 48") {
  CHECK(contains(problems_of(text("x")), "values: expected a map of metrics to what they have to be"));
  CHECK(contains(problems_of(map_of({})), "values: expected at least one metric, such as {queue_depth: \"< 100\"}"));
  options many;
  for (int i = 0; i < 48; ++i) many.emplace_back("x" + std::to_string(i), text("0"));
  CHECK(problems_of(map_of(many)).empty());
  many.emplace_back("y", text("0"));
  CHECK(contains(problems_of(map_of(many)), "values: at most 48 values"));
}

TEST_CASE("prometheus options: rate_window has limits") {
  const auto problems_with_window = [](const char* window) {
    problems found;
    checks::prometheus().validate(
        map_of({{"url", text("http://a/")}, {"values", map_of({{"x", text("0")}})}, {"rate_window", text(window)}}),
        found, {});
    return found.size() == 0 ? std::string() : found.list()[0].message;
  };
  for (const auto* bad : {"0s", "99ms", "11m"})
    CHECK(contains(problems_with_window(bad), "rate_window: expected a duration from 100ms to 10m"));
  for (const auto* good : {"100ms", "10s", "10m"}) CHECK(problems_with_window(good).empty());
}

TEST_CASE("prometheus options: TLS options need a URL with https") {
  CHECK(contains(problems_of(map_of({{"x", text("0")}}), {{"ca_file", text("/ca")}}), "need an https:// URL"));
}

TEST_CASE("prometheus options: a URL is required") {
  problems found;
  checks::prometheus().validate(map_of({{"values", map_of({{"x", text("0")}})}}), found, {});
  REQUIRE(found.size() == 1);
  CHECK(contains(found.list()[0].message, "url"));
}
