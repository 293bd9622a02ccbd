// Rules on a page: selection, conditions, aggregation, and each finding with its reason and its words.
#include <string>

#include "checks/prometheus/page_fixture.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

constexpr std::string_view queues = R"(# TYPE queue_depth gauge
queue_depth{queue="mail"} 12
queue_depth{queue="video"} 200
queue_depth{queue="audio"} 150
workers 3
ratio 0.25
unknown NaN
endless +Inf
bytes 12884901888
)";

raw_value limits(const char* warn, const char* fail) { return map_of({{"warn", text(warn)}, {"fail", text(fail)}}); }
raw_value below(const char* warn, const char* fail) { return map_of({{"below", limits(warn, fail)}}); }
raw_value ignoring(const char* expect) {
  return map_of({{"expect", text(expect)}, {"absent", text("ignore")}, {"as", text("s")}});
}
raw_value absent(const char* verdict) { return map_of({{"absent", text(verdict)}}); }

}  // namespace

TEST_CASE("rules: each condition has its verdict, reason and words") {
  struct row {
    std::string expression;
    raw_value condition;
    verdict v;
    std::string words;
    reason why = reason::threshold;
  };
  const auto p = verdict::pass;
  const auto w = verdict::warn;
  const auto f = verdict::fail;
  const row rows[] = {
      {"workers", text("3"), p, "workers is 3", reason::ok},
      {"workers", text("3.0"), p, "workers is 3", reason::ok},
      {"workers", text("> 2"), p, "workers is 3", reason::ok},
      {"workers", text("!= 0"), p, "workers is 3", reason::ok},
      {"workers", text("0"), f, "workers is 3, expected 0", reason::mismatch},
      {"workers", text("< 3"), f, "workers is 3, expected < 3", reason::mismatch},
      {"ratio", text(">= 0.5"), f, "ratio is 0.25, expected >= 0.5", reason::mismatch},
      {"bytes", text("< 1e10"), f, "bytes is 12884901888, expected < 1e10", reason::mismatch},
      {"workers", map_of({{"expect", text("> 5")}}), f, "workers is 3, expected > 5", reason::mismatch},
      {"workers", limits("2", "5"), w, "workers is 3 (limit 2)"},
      {"workers", limits("2", "3"), f, "workers is 3 (limit 3)"},
      {"workers", limits("4", "5"), p, "workers is 3", reason::ok},
      {"workers", below("5", "2"), w, "workers is 3 (limit 5)"},
      {"workers", below("5", "4"), f, "workers is 3 (limit 4)"},
      {"workers", below("3", "2"), p, "workers is 3", reason::ok},
      {"endless", text("> 5"), p, "endless is +Inf", reason::ok},
      {"endless", limits("2", "5"), f, "endless is +Inf (limit 5)"},
      {"unknown", text("< 5"), f, "unknown is NaN: the exporter has no value", reason::mismatch},
      {"unknown", absent("warn"), w, "unknown is NaN", reason::mismatch},
      {"unknown", absent("ignore"), p, "unknown is NaN", reason::ok},
      {"missing", text("< 5"), f, "no series matches missing", reason::missing},
      {"missing", absent("warn"), w, "no series matches missing", reason::missing},
      {"missing", absent("ignore"), p, "0 of 1 values from 8 samples", reason::ok},
      {"sum(missing)", text("< 5"), f, "no series matches sum(missing)", reason::missing},
      {"count(missing)", text("0"), p, "count(missing) is 0", reason::ok},
      {"queue", text("< 5"), f, R"(no series matches queue; the page has queue_depth{queue="mail"})", reason::missing},
      {"queue_depth{queue='sms'}", text("< 5"), f,
       R"(no series matches queue_depth{queue='sms'}; the page has queue_depth{queue="mail"})", reason::missing},
      {"queue_depth{queue='mail'}", text("< 20"), p, "queue_depth{queue='mail'} is 12", reason::ok},
      {"queue_depth", text("< 20"), f,
       R"(queue_depth{queue="video"} is 200, expected < 20, the worst of 2 of 3 series)", reason::mismatch},
      {"queue_depth", limits("100", "180"), f,
       R"(queue_depth{queue="video"} is 200 (limit 180), the worst of 2 of 3 series)"},
      {"queue_depth", below("100", "1"), w,
       R"(queue_depth{queue="mail"} is 12 (limit 100), the worst of 1 of 3 series)"},
      {"queue_depth", below("500", "300"), f,
       R"(queue_depth{queue="mail"} is 12 (limit 300), the worst of 3 of 3 series)"},
      {"queue_depth", text("> 300"), f,
       R"(queue_depth{queue="mail"} is 12, expected > 300, the worst of 3 of 3 series)", reason::mismatch},
      {"queue_depth", limits("1", "10"), f,
       R"(queue_depth{queue="video"} is 200 (limit 10), the worst of 3 of 3 series)"},
      {"queue_depth", text("> 100"), f,
       R"(queue_depth{queue="mail"} is 12, expected > 100, the worst of 1 of 3 series)", reason::mismatch},
      {"queue_depth", text("12"), f, R"(queue_depth{queue="video"} is 200, expected 12, the worst of 2 of 3 series)",
       reason::mismatch},
      {"sum(queue_depth)", text("362"), p, "sum(queue_depth) is 362", reason::ok},
      {"max(queue_depth)", text("< 200"), f, "max(queue_depth) is 200, expected < 200", reason::mismatch},
      {"min(queue_depth)", text("< 12"), f, "min(queue_depth) is 12, expected < 12", reason::mismatch},
      {"avg(queue_depth{queue!='mail'})", text("175"), p, "is 175", reason::ok},
      {"count(queue_depth{queue=~'.*o'})", text("2"), p, "is 2", reason::ok},
      {"sum({__name__=~'workers|unknown'})", map_of({{"expect", text("3")}, {"as", text("s")}}), f, "is NaN",
       reason::mismatch},
      {"max({__name__=~'unknown|workers'})", map_of({{"expect", text("3")}, {"as", text("s")}}), p, "is 3", reason::ok},
      {"min({__name__=~'unknown|workers'})", map_of({{"expect", text("3")}, {"as", text("s")}}), p, "is 3", reason::ok},
      {"max({__name__=~'unknown|bytes'})", map_of({{"expect", text("12884901888")}, {"as", text("s")}}), p,
       "is 12884901888", reason::ok},
      {"min({__name__=~'unknown|bytes'})", map_of({{"expect", text("12884901888")}, {"as", text("s")}}), p,
       "is 12884901888", reason::ok},
      {"max(unknown)", text("3"), f, "max(unknown) is NaN: the exporter has no value for 1 of 1 series",
       reason::mismatch},
      {"sum({__name__=~'workers|unknown'})", map_of({{"absent", text("warn")}, {"as", text("s")}}), w,
       "is NaN: the exporter has no value for 1 of 2 series", reason::mismatch},
      {"avg({__name__=~'workers|unknown|ratio'})", map_of({{"warn", text("1")}, {"as", text("s")}}), f,
       "is NaN: the exporter has no value for 1 of 3 series", reason::mismatch},
      {"sum({__name__=~'workers|unknown'})", ignoring("< 3"), f, "is 3, expected < 3", reason::mismatch},
      {"avg({__name__=~'unknown|workers|ratio'})", ignoring("1.625"), p, "is 1.625", reason::ok},
      {"sum(unknown)", ignoring("< 3"), p, "sum(unknown) is NaN", reason::ok},
      {"avg(unknown)", ignoring("< 3"), p, "avg(unknown) is NaN", reason::ok},
      {"max({__name__=~'workers|unknown'})", ignoring("< 3"), f, "is 3, expected < 3", reason::mismatch},
      {"count({__name__=~'workers|unknown'})", ignoring("2"), p, "is 2", reason::ok},
      {"sum(missing)", ignoring("< 3"), p, "0 of 1 values", reason::ok},
      {"sum(missing)", text("< 3"), f, "no series matches sum(missing)", reason::missing},
      {"count(missing)", ignoring("> 0"), f, "count(missing) is 0, expected > 0", reason::mismatch},
      {"count(missing)", text("0"), p, "count(missing) is 0", reason::ok},
      {"sum({__name__=~'endless|workers'})", ignoring("> 0"), p, "is +Inf", reason::ok},
  };
  for (const auto& r : rows) {
    CAPTURE(r.expression);
    const auto out = evaluate({{r.expression, r.condition}}, queues);
    CAPTURE(out.message);
    CHECK(to_string(out.verdict) == to_string(r.v));
    CHECK(to_string(out.reason) == to_string(r.why));
    CHECK(contains(out.message, r.words));
  }
}

TEST_CASE("rules: several values are measured under their names, and all that is wrong is reported") {
  const auto out = evaluate({{"queue_depth", limits("100", "1000")},
                             {"sum(queue_depth)", text("< 100")},
                             {"workers", map_of({{"as", text("celery_workers")}})},
                             {"unknown", absent("ignore")},
                             {"endless", text("> 0")}},
                            queues);
  CHECK(out.verdict == verdict::fail);
  CHECK(out.message ==
        "sum(queue_depth) is 362, expected < 100; "
        R"(queue_depth{queue="video"} is 200 (limit 100), the worst of 2 of 3 series)");
  CHECK(out.measured("queue_depth") == 200);
  CHECK(out.measured("sum_queue_depth") == 362);
  CHECK(out.measured("celery_workers") == 3);
  CHECK_FALSE(out.measured("workers"));
  CHECK_FALSE(out.measured("unknown"));
  CHECK_FALSE(out.measured("endless"));
  CHECK(out.measured("series") == 9);
}

TEST_CASE("rules: a duplicate series is a protocol error, however its labels are ordered and escaped") {
  const char* pages[] = {
      "x 1\nx 1\n",
      "x{} 1\nx 2\n",
      "x{a=\"1\",b=\"2\"} 1\nx{b=\"2\",a=\"1\"} 1\n",
      "x{a=\"\\d\"} 1\nx{a=\"\\\\d\"} 1\n",
      "x{a=\"\"} 1\nx 1\n",
  };
  for (const auto* page : pages) {
    CAPTURE(page);
    const auto out = evaluate({{"x", text("> 0")}}, page);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == "protocol");
    CHECK(contains(out.message, "line 2 of the page repeats the series x"));
  }
  CHECK(evaluate({{"x", text("> 0")}}, "x{a=\"1\"} 1\nx{a=\"2\"} 1\nx{b=\"1\"} 1\n").verdict == verdict::pass);
  CHECK(evaluate({{"x", text("> 0")}}, "x{a=\"b\",c=\"d\"} 1\nx{a=\"d\",c=\"b\"} 1\n").verdict == verdict::pass);
}

TEST_CASE("rules: a selection of too many series is reported") {
  std::string page;
  for (int i = 0; i < 10'001; ++i) page += "x{i=\"" + std::to_string(i) + "\"} 1\n";
  const auto out = evaluate({{"count(x)", text("> 0")}}, page);
  CHECK(to_string(out.reason) == "mismatch");
  CHECK(contains(out.message, "match more than 10000 series"));
}

TEST_CASE("rules: labels of a page cannot break the message") {
  const auto out = evaluate({{"x", text("0")}}, "x{a=\"\xe2\x80\xae\x1b[2J\"} 1\n");
  CHECK(contains(out.message, "x{a=\"??[2J\"} is 1, expected 0"));
  const auto long_one = evaluate({{"x", text("0")}}, "x{a=\"" + std::string(5000, 'y') + "\"} 1\n");
  CHECK(long_one.message.size() < 200);
}
