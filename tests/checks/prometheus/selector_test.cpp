// Selectors and expressions: what they match, and what is wrong with those that are not valid.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "prometheus/expression.hpp"
#include "prometheus/line_parser.hpp"

using namespace telltale::prometheus;

namespace {

bool selects(const std::string& text, std::string line) {
  std::string why;
  const auto found = parse_expression(text, why);
  CAPTURE(text);
  CAPTURE(why);
  REQUIRE(found);
  line += " 1";
  line_parser parser;
  REQUIRE(parser.parse(line) == line_kind::sample);
  return found->what.matches(parser.found());
}

}  // namespace

TEST_CASE("selector: names and labels select as in Prometheus") {
  struct row {
    std::string selector;
    std::string series;
    bool matches;
  };
  const std::string post = R"(http_requests_total{method="post",code="503"})";
  const row rows[] = {
      {"up", "up", true},
      {"up", R"(up{job="x"})", true},
      {"up{}", "up", true},
      {"up", "upper", false},
      {"upper", "up", false},
      {"vllm:num_requests_waiting", "vllm:num_requests_waiting", true},
      {R"(http_requests_total{code="503"})", post, true},
      {R"(http_requests_total{code="50"})", post, false},
      {R"( http_requests_total { code = "503" , method = 'post' , } )", post, true},
      {R"(http_requests_total{code="503",method="get"})", post, false},
      {R"(http_requests_total{code!="503"})", post, false},
      {R"(http_requests_total{code!="500"})", post, true},
      {R"(http_requests_total{code=~"5.."})", post, true},
      {R"(http_requests_total{code=~"5."})", post, false},
      {R"(http_requests_total{code=~"0|3"})", post, false},
      {R"(http_requests_total{code=~"500|503"})", post, true},
      {R"(http_requests_total{code!~"5.."})", post, false},
      {R"(http_requests_total{code!~"4.."})", post, true},
      {R"(http_requests_total{code=~"\\d+"})", post, true},
      {R"(http_requests_total{code=~`\d+`})", post, true},
      {R"(http_requests_total{pod=""})", post, true},
      {R"({"my.metric"})", R"({"my.metric"})", true},
      {R"({'my.metric', a="1"})", R"({"my.metric",a="1"})", true},
      {R"({a="1", "my.metric"})", R"({"my.metric",a="2"})", false},
      {R"({"up"})", "up", true},
      {R"({"my.metric"})", "my", false},
      {R"(up{"my.label"="x"})", R"(up{"my.label"="x"})", true},
      {R"(up{"my.label"!~"x|y"})", R"(up{"my.label"="x"})", false},
      {R"({"my \"metric\""})", R"({"my \"metric\""})", true},
      {R"({__name__="my.metric"})", R"({"my.metric"})", true},
      {R"(http_requests_total{pod!=""})", post, false},
      {R"(http_requests_total{pod=~".*"})", post, true},
      {R"(http_requests_total{pod=~".+"})", post, false},
      {R"(http_requests_total{pod=~""})", post, true},
      {R"({__name__="up"})", "up", true},
      {R"({__name__=~"http_.*",code="503"})", post, true},
      {R"({code="503"})", post, true},
      {R"(x{path="C:\\dir"})", R"(x{path="C:\\dir"})", true},
      {R"(x{path="a\nb"})", R"(x{path="a\nb"})", true},
      {R"(x{path=~"a.b"})", R"(x{path="a\nb"})", true},
      {R"(x{path="a\"b"})", R"(x{path="a\"b"})", true},
      {"x{a='caf\xc3\xa9'}", "x{a=\"caf\xc3\xa9\"}", true},
      {"x{a=~'caf.'}", "x{a=\"caf\xc3\xa9\"}", true},
  };
  for (const auto& r : rows) {
    CAPTURE(r.series);
    CHECK(selects(r.selector, r.series) == r.matches);
  }
}

TEST_CASE("selector: functions are read from the outside in") {
  std::string why;
  const auto plain = parse_expression("x", why);
  REQUIRE(plain);
  CHECK(plain->over == aggregation::each);
  CHECK_FALSE(plain->rate);
  const auto all = parse_expression(R"( sum ( rate( http_requests_total{code=~"5.."} ) ) )", why);
  REQUIRE(all);
  CHECK(all->over == aggregation::sum);
  CHECK(all->rate);
  CHECK(all->what.name == "http_requests_total");
  REQUIRE(parse_expression("count(x)", why));
  CHECK(parse_expression("count(x)", why)->over == aggregation::count);
  // Metrics may have the names of functions.
  REQUIRE(parse_expression("sum", why));
  CHECK(parse_expression("sum", why)->over == aggregation::each);
  CHECK(parse_expression("rate{a='b'}", why)->what.name == "rate");
}

TEST_CASE("selector: a measurement is named after the functions, the metric and the labels") {
  const std::pair<const char*, const char*> rows[] = {
      {"queue_depth", "queue_depth"},
      {"DCGM_FI_DEV_XID_ERRORS{gpu='0'}", "dcgm_fi_dev_xid_errors_0"},
      {"max(queue_depth{queue=\"Mail.High--Priority!\",host=~'a.*',pod!='b'})", "max_queue_depth_mail_high_priority"},
      {"node_filesystem_avail_bytes{mountpoint='/'}", "node_filesystem_avail_bytes"},
      {"node_filesystem_avail_bytes{mountpoint='/var/lib'}", "node_filesystem_avail_bytes_var_lib"},
      {"rate(x{code='500',job=''})", "x_500_per_second"},
      {"a__b", "a_b"},
      {"vllm:num_requests_waiting", "vllm_num_requests_waiting"},
      {"sum(rate(http_requests_total))", "sum_http_requests_total_per_second"},
      {"max(x)", "max_x"},
      {"_x", "x"},
      {"max({\"my.metric\", a='Mail'})", "max_my_metric_mail"},
      {"{__name__='x'}", ""},
  };
  for (const auto& [text, name] : rows) {
    std::string why;
    CHECK(parse_expression(text, why)->measurement_name() == name);
  }
}

TEST_CASE("selector: each way to be wrong has its words") {
  const std::pair<const char*, const char*> rows[] = {
      {"", "a metric name is missing"},
      {"5", "a metric name is missing"},
      {"{}", "it selects every series"},
      {"{a=~'.*'}", "it selects every series"},
      {"{a!='b'}", "it selects every series"},
      {"x{a='b'", "a closing brace is missing"},
      {"x{a='b' c='d'}", "a closing brace is missing"},
      {"x{", "a label name is missing"},
      {"x{='b'}", "a label name is missing"},
      {"{'x', 'y'}", "the metric name is given twice"},
      {"x{'y'}", "the metric name is given twice"},
      {"{'x", "has no closing quote"},
      {"{'x'", "x needs =, !=, =~ or !~"},
      {"{''}", "a metric name is missing"},
      {"x{a:b='c'}", "a needs =, !=, =~ or !~"},
      {"x{a}", "a needs =, !=, =~ or !~"},
      {"x{a==='b'}", "a label value is not in quotes"},
      {"x{a=b}", "a label value is not in quotes"},
      {"x{a=\"b'}", "has no closing quote"},
      {"x{a=\"b\\", "is no escape"},
      {"x{a=~\"\\d\"}", "\\d is no escape; write \\\\d, or use `backquotes`"},
      {"x{a=~'('}", "the pattern of a is not valid: missing )"},
      {"x{a=~'a)(b'}", "the pattern of a is not valid"},
      {"rate(x[5m])", "measured between two runs"},
      {"x[5m]", "measured between two runs"},
      {"sum by (job) (x)", "sum by labels is not supported"},
      {"histogram_quantile(0.9, x)", "histogram_quantile() is not known; known: sum, max, min, avg, count, rate"},
      {"irate(x)", "irate() is not known"},
      {"rate(sum(x))", "sum() is not known"},
      {"sum(x", "a closing parenthesis is missing"},
      {"sum(x))", "')' does not belong here"},
      {"x > 5", "'> 5' does not belong here; the comparison is the value of this option"},
      {"x y", "'y' does not belong here"},
  };
  for (const auto& [text, words] : rows) {
    CAPTURE(text);
    std::string why;
    CHECK_FALSE(parse_expression(text, why));
    CAPTURE(why);
    CHECK(why.find(words) != std::string::npos);
  }
}
