#include "results/results.hpp"

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

check_result result(std::string name, outcome found, severity level = severity::critical) {
  check_result out;
  out.config.settings.name = std::move(name);
  out.config.settings.type = "disk";
  out.config.settings.severity = level;
  out.found = std::move(found);
  out.duration = 1500us;
  return out;
}

const outcome fine = outcome::pass("all is well");
const outcome near_full = outcome::warn(reason::threshold, "/data 85% used (limit 80%)");
const outcome full = outcome::fail(reason::full, "no <space> & \"no\" inodes | left");

}  // namespace

TEST_CASE("results: the worst relevant verdict decides the exit code") {
  struct row {
    outcome found;
    severity level;
    verdict expected;
    int code, nagios;
  };
  const auto broken = outcome::fail(reason::internal, "cannot be run");
  const auto late = outcome::fail(reason::timeout, "no answer in 2s");
  for (const auto& [found, level, expected, code, nagios] : {
           row{fine, severity::critical, verdict::pass, 0, 0},
           row{near_full, severity::critical, verdict::warn, 0, 1},
           row{near_full, severity::info, verdict::pass, 0, 0},
           row{full, severity::critical, verdict::fail, 1, 2},
           row{full, severity::degraded, verdict::warn, 0, 1},
           row{full, severity::info, verdict::pass, 0, 0},
           row{late, severity::critical, verdict::fail, 1, 2},
           row{broken, severity::critical, verdict::fail, 1, 3},
           row{broken, severity::degraded, verdict::warn, 0, 1},
       }) {
    const check_results results{result("ok", fine), result("x", found, level)};
    CAPTURE(found.message);
    CHECK(overall(results) == expected);
    CHECK(results_exit_code(results) == code);
    CHECK(nagios_exit_code(results) == nagios);
  }
  CHECK(nagios_exit_code({result("a", broken), result("b", full)}) == 2);
  CHECK(results_exit_code({}) == 0);
}

TEST_CASE("results: the table is aligned, has a summary, and is coloured only on request") {
  const check_results results{result("db", fine), result("data", full, severity::degraded)};
  CHECK(results_table(results, false) ==
        "CHECK  VERDICT  REASON  TIME  MESSAGE\n"
        "db     pass     ok      2 ms  all is well\n"
        "data   fail     full    2 ms  no <space> & \"no\" inodes | left (severity degraded)\n"
        "1 passed, 0 warned, 1 failed\n");
  const auto coloured = results_table(results, true);
  CHECK(coloured.find("db     \x1B[32mpass\x1B[0m     ok") != std::string::npos);
  CHECK(coloured.find("\x1B[31mfail\x1B[0m") != std::string::npos);
}

TEST_CASE("results: a message cannot send commands to the terminal") {
  const auto table = results_table({result("db", outcome::fail(reason::protocol, "\x1B[2J\nforged  pass"))}, false);
  CHECK(table.find('\x1B') == std::string::npos);
  CHECK(table.find("?[2J?forged") != std::string::npos);
}

TEST_CASE("results: text has the format of the gates") {
  CHECK(results_text({result("db", fine), result("data", near_full), result("tmp", full, severity::info)}) ==
        "[+]db ok\n"
        "[!]data warn threshold: /data 85% used (limit 80%)\n"
        "[-]tmp fail full: no <space> & \"no\" inodes | left (severity info)\n");
}

TEST_CASE("results: JSON contains everything") {
  auto found = full;
  found.measurements = {{"used_ratio", 0.5}, {"inodes", 7}};
  const auto parsed = boost::json::parse(results_json({result("data", found)})).as_object();
  CHECK(parsed.at("verdict").as_string() == "fail");
  const auto& check = parsed.at("checks").as_array().at(0).as_object();
  CHECK(check.at("name").as_string() == "data");
  CHECK(check.at("type").as_string() == "disk");
  CHECK(check.at("severity").as_string() == "critical");
  CHECK(check.at("gates").as_array().at(0).as_string() == "ready");
  CHECK(check.at("verdict").as_string() == "fail");
  CHECK(check.at("reason").as_string() == "full");
  CHECK(check.at("duration_seconds").to_number<double>() == doctest::Approx(0.0015));
  CHECK(check.at("measurements").at("used_ratio").to_number<double>() == doctest::Approx(0.5));
}

TEST_CASE("results: JUnit is escaped XML with a failure for each failing check") {
  const auto xml = results_junit(
      {result("db", fine), result("data", full), result("bell", outcome::fail(reason::corrupt, "\x01\x07"))});
  CHECK(xml.starts_with(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"telltale\" tests=\"3\" failures=\"2\""));
  CHECK(xml.find("<testcase classname=\"telltale.disk\" name=\"db\" time=\"0.001500\">\n"
                 "      <system-out>pass ok: all is well</system-out>") != std::string::npos);
  CHECK(xml.find("<failure type=\"full\" message=\"no &lt;space&gt; &amp; &quot;no&quot; inodes | left\">") !=
        std::string::npos);
  CHECK(xml.find('\x01') == std::string::npos);
}

TEST_CASE("results: Nagios output is one line with one bar, and performance data with units") {
  auto found = full;
  found.measurements = {{"used_bytes", 1024}, {"used_ratio", 0.91}, {"last_commit_age_seconds", 2.5}, {"it's=x", 3}};
  const auto line = results_nagios({result("db", fine), result("data", found)});
  CHECK(line ==
        "TELLTALE CRITICAL - data fail full: no <space> & \"no\" inodes / left |"
        " 'db.duration_seconds'=0.0015s 'data.duration_seconds'=0.0015s 'data.used_bytes'=1024B"
        " 'data.used_ratio'=0.91;;;0;1 'data.last_commit_age_seconds'=2.5s 'data.it''s_x'=3\n");
  CHECK(results_nagios({result("db", fine)}).starts_with("TELLTALE OK - 1 check passed |"));
}
