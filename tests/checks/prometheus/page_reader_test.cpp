// A metrics page that arrives in pieces: every split gives the same samples, and memory is bounded.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fakes/exposition.hpp"
#include "prometheus/page_reader.hpp"

using namespace telltale;
using namespace telltale::prometheus;

namespace {

const secret_list no_secrets;

struct reading {
  std::vector<std::string> samples;  ///< "line: series = value"
  finding failed;
  std::size_t held = 0;
};

reading read(std::string_view text, bool openmetrics = false, std::size_t piece = std::string_view::npos) {
  reading out;
  page_reader reader(openmetrics, no_secrets, [&](const sample& one) {
    out.samples.push_back(fmt::format("{}: {} = {}", one.line, one.series, one.value));
    return true;
  });
  while (!text.empty() && reader.feed(text.substr(0, piece))) text.remove_prefix(std::min(piece, text.size()));
  out.failed = reader.finish();
  out.held = reader.held();
  return out;
}

constexpr std::string_view example = R"(# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
rpc_duration_seconds{quantile="0.99"} 76656
rpc_duration_seconds_sum 1.7560473e+07
)";

}  // namespace

TEST_CASE("page reader: the example of Prometheus' documentation") {
  const auto out = read(example);
  CHECK(out.failed.sentence == "");
  REQUIRE(out.samples.size() == 7);
  CHECK(out.samples[0] == R"(3: http_requests_total{method="post",code="200"} = 1027)");
  CHECK(out.samples[3] == "8: metric_without_timestamp_and_labels = 12.47");
  CHECK(out.samples[6] == "11: rpc_duration_seconds_sum = 17560473");
}

TEST_CASE("page reader: the samples do not depend on how the page is split") {
  const auto whole = read(example);
  for (std::size_t piece = 1; piece < example.size(); ++piece) {
    CAPTURE(piece);
    CHECK(read(example, false, piece).samples == whole.samples);
  }
}

TEST_CASE("page reader: each way to be no metrics page has its reason and its words") {
  struct row {
    std::string name;
    std::string text;
    bool openmetrics;
    reason why;
    std::string words;
  };
  const std::string longest(page_reader::max_line + 1, 'x');
  const row rows[] = {
      {"HTML", "<!DOCTYPE html>\n<html>", false, reason::mismatch, "the server sent an HTML page instead of metrics"},
      {"HTML later", "\n  <html>\n", false, reason::mismatch, "the server sent an HTML page instead of metrics"},
      {"HTML without a line break", "<html>", false, reason::mismatch,
       "the server sent an HTML page instead of metrics"},
      {"XML", "<?xml version=\"1.0\"?>\n", false, reason::mismatch, "the server sent XML instead of metrics"},
      {"JSON", "{\"status\": \"ok\"}", false, reason::mismatch, "the server sent JSON instead of metrics"},
      {"a list", "[1]\n", false, reason::mismatch, "the server sent JSON instead of metrics"},
      {"a brace later", "up 1\n{\n", false, reason::protocol, "line 2 of the page is not a sample, a label has no"},
      {"a broken line", "up 1\n# x\nfoo{a=\"b\" 2\n", false, reason::protocol,
       "line 3 of the page is not a sample, its labels are not closed by a brace: 'foo{a=\"b\" 2'"},
      {"control characters", "up \x1b[31m\n", false, reason::protocol, "its value is not a number: 'up ?[31m'"},
      {"cut", "up 1\ndown 12", false, reason::protocol, "the page ends in the middle of line 2: 'down 12'"},
      {"no EOF", "up 1\n", true, reason::protocol, "without '# EOF' after line 1"},
      {"an empty page without EOF", "", true, reason::protocol, "without '# EOF' after line 0"},
      {"more after EOF", "up 1\n# EOF\nup 2\n", true, reason::protocol, "goes on after '# EOF' in line 2"},
      {"a long line", "up 1\n" + longest + " 1\n", false, reason::protocol, "line 2 of the page is longer than 64 KiB"},
      {"a line that never ends", "up 1\n" + longest, false, reason::protocol, "line 2 of the page is longer than 64"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    for (const std::size_t piece : {1, 7, 100'000}) {
      const auto out = read(r.text, r.openmetrics, piece);
      CAPTURE(out.failed.sentence);
      CHECK(out.failed.verdict == verdict::fail);
      CHECK(to_string(out.failed.reason) == to_string(r.why));
      CHECK(out.failed.sentence.find(r.words) != std::string::npos);
    }
  }
}

TEST_CASE("page reader: pages without samples and with EOF are complete") {
  for (const auto* text : {"", "# HELP x y\n", "\n\n"}) CHECK(read(text).failed.verdict == verdict::pass);
  CHECK(read("# EOF\n", true).failed.verdict == verdict::pass);
  CHECK(read("up 1\n# EOF\n", true).samples.size() == 1);
  CHECK(read("up 1\r\n# EOF\r\n", true).samples.size() == 1);
  CHECK(read("up 1\n# EOF\nup 2\n").samples.size() == 2);  // a comment in 0.0.4
}

TEST_CASE("page reader: the longest line is read") {
  const std::string value(page_reader::max_line - 8, 'v');
  const auto line = "x{a=\"" + value + "\"} 1\n";
  CHECK(read(line).failed.sentence.find("longer") != std::string::npos);
  const auto fits = "x{a=\"" + value.substr(2) + "\"} 1\n";
  for (const std::size_t piece : {1'000, 100'000}) CHECK(read(fits, false, piece).samples.size() == 1);
}

TEST_CASE("page reader: a page of 7 MiB needs the memory of one line") {
  std::string text;
  while (text.size() < std::size_t{7} << 20)
    text += fmt::format("go_memstats_alloc_bytes{{instance=\"{}\",zone=\"eu-west-1\"}} {}\n", text.size(), text.size());
  std::size_t samples = 0;
  page_reader reader(false, no_secrets, [&](const sample&) { return ++samples > 0; });
  for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(4096, rest.size())))
    REQUIRE(reader.feed(rest.substr(0, 4096)));
  CHECK(reader.finish().verdict == verdict::pass);
  CHECK(samples == reader.samples());
  CHECK(samples > 90'000);
  CHECK(reader.held() < 1024);
}

TEST_CASE("page reader: a secret that the page repeats is not shown") {
  const secret_list secrets{"hunter2hunter2"};
  page_reader reader(false, secrets, [](const sample&) { return true; });
  CHECK_FALSE(reader.feed("token hunter2hunter2\n"));
  CHECK(reader.finish().sentence.find("'token ***'") != std::string::npos);
}

TEST_CASE("page reader: what a second, strict parser accepts is read with the same values") {
  const std::string text = R"(# HELP msdos_file_access_time_seconds Escapes: C:\\DIR\n
# TYPE msdos_file_access_time_seconds gauge
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9
# HELP up Up.
# TYPE up gauge
up 1
up{a="b"} -Inf
)";
  const auto strict = fakes::exposition_reader(text, false).read();
  REQUIRE(strict.samples.size() == 3);
  std::size_t same = 0;
  page_reader reader(false, no_secrets, [&](const sample& one) {
    std::map<std::string, std::string> labels;
    std::string storage;
    for (const auto& each : one.labels) labels[std::string(each.name)] = unescaped(each.escaped, storage);
    same += strict.value(std::string(one.name), labels) == one.value ? 1 : 0;
    return true;
  });
  reader.feed(text);
  CHECK(reader.finish().verdict == verdict::pass);
  CHECK(same == strict.samples.size());
}
