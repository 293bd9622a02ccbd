// One line of a metrics page: what it means, and why it is broken.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "prometheus/line_parser.hpp"
#include "prometheus/number.hpp"

using namespace telltale::prometheus;

namespace {

std::string text_of(const sample& one) {
  std::string out(one.name);
  std::string storage;
  for (const auto& each : one.labels)
    out += "|" + std::string(each.name) + "=" + std::string(unescaped(each.escaped, storage));
  return out;
}

}  // namespace

TEST_CASE("line: a sample is read as Prometheus reads it") {
  struct row {
    std::string line;
    std::string meaning;
    double value;
  };
  const row rows[] = {
      {"up 1", "up", 1},
      {"up\t1", "up", 1},
      {"  up   1  ", "up", 1},
      {"up 1\r", "up", 1},
      {"up{} 1", "up", 1},
      {"up {} 1", "up", 1},
      {"up{}1", "up", 1},
      {"vllm:num_requests_waiting 3.0", "vllm:num_requests_waiting", 3},
      {":a_:1 2", ":a_:1", 2},
      {R"(x{a="1",b="2"} 3)", "x|a=1|b=2", 3},
      {R"(x{a="1",b="2",} 3)", "x|a=1|b=2", 3},
      {R"(x { a = "1" , b = "2" } 3)", "x|a=1|b=2", 3},
      {R"(x{a=""} 3)", "x|a=", 3},
      {R"(x{a="}{,=# "} 3)", "x|a=}{,=# ", 3},
      {R"(x{a="C:\\d\"q\"\nend"} 3)", "x|a=C:\\d\"q\"\nend", 3},
      {R"(x{a="\d\\"} 3)", "x|a=\\d\\", 3},
      {"x{a=\"caf\xc3\xa9\"} 3", "x|a=caf\xc3\xa9", 3},
      {R"({"my.metric"} 3)", "my.metric", 3},
      {R"({"my.metric",} 3)", "my.metric", 3},
      {R"({"my.metric", a="1", "my.label" = "2"} 3 1395066363000)", "my.metric|a=1|my.label=2", 3},
      {R"({a="1","my.metric"} 3)", "my.metric|a=1", 3},
      {" { \"caf\xc3\xa9 \\\"x\\\"\" } 3", "caf\xc3\xa9 \"x\"", 3},
      {R"(x{"my label"="2"} 3)", "x|my label=2", 3},
      {"x 3 1395066363000", "x", 3},
      {"x 3 -1", "x", 3},
      {"x 3 1520879607.789", "x", 3},
      {R"(x_bucket{le="10"} 17 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.789)", "x_bucket|le=10", 17},
      {R"(x_bucket{le="10"} 17 1520879607 # {} 0.67)", "x_bucket|le=10", 17},
      {"x -2.5e3", "x", -2500},
      {"x +1e+06", "x", 1e6},
      {"x .5", "x", 0.5},
      {"x 1.", "x", 1},
      {"x 1e-400", "x", 0},
      {"x 4.9406564584124654e-324", "x", 4.9406564584124654e-324},
      {"x +Inf", "x", INFINITY},
      {"x -inf", "x", -INFINITY},
      {"x Infinity", "x", INFINITY},
  };
  line_parser parser;
  for (const auto& r : rows) {
    CAPTURE(r.line);
    const auto kind = parser.parse(r.line);
    CAPTURE(parser.problem());
    REQUIRE(kind == line_kind::sample);
    CHECK(text_of(parser.found()) == r.meaning);
    CHECK(parser.found().value == r.value);
  }
}

TEST_CASE("line: NaN is a value") {
  line_parser parser;
  for (const auto* line : {"x NaN", "x nan", "x{a=\"b\"} NAN 5"}) {
    REQUIRE(parser.parse(line) == line_kind::sample);
    CHECK(std::isnan(parser.found().value));
  }
}

TEST_CASE("line: comments and blank lines have no sample, and # EOF is the end") {
  line_parser parser;
  for (const auto* line : {"", "\r", "  \t", "#", "# HELP x Some \\n text", "# TYPE x counter", "# UNIT x seconds",
                           "#x 1", "  # x", "# EOF ", "#EOF", "# eof"}) {
    CAPTURE(line);
    CHECK(parser.parse(line) == line_kind::nothing);
  }
  CHECK(parser.parse("# EOF") == line_kind::end);
  CHECK(parser.parse("# EOF\r") == line_kind::end);
}

TEST_CASE("line: each way to be broken has its words") {
  struct row {
    std::string line;
    std::string problem;
  };
  std::string many = "x{";
  for (int i = 0; i < 257; ++i) many += "a" + std::to_string(i) + "=\"\",";
  const row rows[] = {
      {"1x 1", "it does not begin with a metric name"},
      {"{a=\"b\"} 1", "it does not begin with a metric name"},
      {R"({"x")", "its labels are not closed by a brace"},
      {R"({"x} 1)", "a name in quotes is not valid"},
      {R"({""} 1)", "a name in quotes is not valid"},
      {"{\"\xff\"} 1", "a name in quotes is not valid"},
      {R"({"x"})", "it has no value"},
      {R"({"x","y"} 1)", "a label has no value"},
      {R"(x{"y"} 1)", "a label has no value"},
      {R"(x 1 # {"y"} 1)", "its exemplar is not valid"},
      {R"({"a"="b"} 1)", "it does not begin with a metric name"},
      {R"(x{a="1","a"="2"} 1)", "a label appears twice"},
      {"x", "it has no value"},
      {"x ", "it has no value"},
      {"x{a=\"b\"}", "it has no value"},
      {"x-y 1", "its metric name has invalid characters"},
      {"caf\xc3\xa9 1", "its metric name has invalid characters"},
      {"x one", "its value is not a number"},
      {"x 1,5", "its value is not a number"},
      {"x 0x10", "its value is not a number"},
      {"x 1_000", "its value is not a number"},
      {"x 1e999", "its value is not a number"},
      {"x --1", "its value is not a number"},
      {"x +-1", "its value is not a number"},
      {"x nan(1)", "its value is not a number"},
      {"x +", "its value is not a number"},
      {std::string("x 1\0", 4), "its value is not a number"},
      {"x 1 soon", "its timestamp is not a number"},
      {"x 1 NaN", "its timestamp is not a number"},
      {"x 1 2 3", "text follows the value"},
      {"x{a=\"b\" 1", "its labels are not closed by a brace"},
      {"x{a=\"b\" c=\"d\"} 1", "its labels are not closed by a brace"},
      {"x{a=\"b} 1", "a label value has no closing quote"},
      {"x{a=\"b\\\"} 1", "a label value has no closing quote"},
      {"x{a=\"b\\", "a label value has no closing quote"},
      {"x{a=b} 1", "a label value is not in quotes"},
      {"x{a} 1", "a label has no value"},
      {"x{=\"b\"} 1", "a label has no valid name"},
      {"x{a:b=\"c\"} 1", "a label has no value"},
      {"x{,} 1", "a label has no valid name"},
      {"x{", "a label has no valid name"},
      {"x{a=\"1\",a=\"2\"} 1", "a label appears twice"},
      {"x{a=\"\xff\"} 1", "a label value is not valid UTF-8"},
      {"x{a=\"\\\xff\"} 1", "a label value is not valid UTF-8"},
      {"x{a=\"\xc3\"} 1", "a label value is not valid UTF-8"},
      {"x 1 # {a=\"b\"}", "its exemplar is not valid"},
      {"x 1 # 5", "its exemplar is not valid"},
      {"x 1 # {a=b} 5", "its exemplar is not valid"},
      {"x 1 # {} 5 6 7", "its exemplar is not valid"},
      {many + "} 1", "it has too many labels"},
  };
  line_parser parser;
  for (const auto& r : rows) {
    CAPTURE(r.line);
    REQUIRE(parser.parse(r.line) == line_kind::broken);
    CHECK(parser.problem() == r.problem);
  }
}

TEST_CASE("line: the series is the name and the labels as they are written") {
  line_parser parser;
  REQUIRE(parser.parse(R"(  x{a="1", b="\n"}  5 6)") == line_kind::sample);
  CHECK(parser.found().series == R"(x{a="1", b="\n"})");
  REQUIRE(parser.parse("x 5") == line_kind::sample);
  CHECK(parser.found().series == "x");
  CHECK(parser.found().labels.empty());
}
