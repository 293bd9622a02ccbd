#include <doctest/doctest.h>

#include "config/config.hpp"
#include "diagnostics/error_text.hpp"
#include "fakes/fake_checks.hpp"
#include "net/endpoint.hpp"

using namespace telltale;

namespace {

struct door_options {
  std::optional<url> where;
  std::vector<net::endpoint> servers;
  std::optional<file_path> unix;
  bool open = false;
  upper_limit<std::chrono::milliseconds> latency;
  std::vector<option_hint> hints() const {
    if (!open) return {};
    return {{"open", "open: anybody can walk in - close it"}};
  }
  static options_of<door_options> declared() {
    using self = door_options;
    return options_of<self>()
        .optional("where", &self::where, "Where.")
        .optional("servers", &self::servers, "Which.")
        .optional("unix", &self::unix, "Where then.")
        .optional("latency", &self::latency, "How soon.")
        .optional("open", &self::open, "Whether.");
  }
};

std::vector<problem> hints_of(const std::string& text) {
  const check_table table{
      blocking_type<fakes::check<door_options>, door_options>({.name = "door", .summary = "Watches a door."})};
  const environment variables = [](std::string_view) { return "db.internal"; };
  const auto parsed = parse_config(text, "t.yaml", table, variables);
  if (const auto* errors = std::get_if<config_errors>(&parsed)) FAIL(to_text(*errors));
  return std::get<config>(parsed).hints;
}

std::vector<problem> hints_of_check(const std::string& options) {
  return hints_of("checks:\n- {name: a, type: door, " + options + "}\n");
}

}  // namespace

TEST_CASE("hints: those of a type have the location of the option") {
  CHECK(hints_of_check("open: false").empty());
  const auto found = hints_of("checks:\n- {name: b, type: door}\n- name: a\n  type: door\n  open: true\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0] == problem{{5, 9}, "open: anybody can walk in - close it"});
}

TEST_CASE("hints: a check of another host that feeds live is one at its gates") {
  const auto found = hints_of_check("where: 'ws://db.internal:5432/x', gates: [ready, live]");
  REQUIRE(found.size() == 1);
  CHECK(found[0].at == source_location{2, 66});
  CHECK(found[0].message.find("gates: while db.internal fails, live fails") == 0);
}

TEST_CASE("hints: a limit on the latency that is not below the timeout is never reached") {
  for (const auto* below : {"latency: 1s", "latency: {warn: 500ms, fail: 1999ms}", "timeout: 5s, latency: 4s"})
    CHECK(hints_of_check(below).empty());
  for (const auto* above : {"latency: 2s", "latency: {warn: 500ms, fail: 1m}", "latency: {warn: 3s}"}) {
    CAPTURE(above);
    CHECK(hints_of_check(above).size() == 1);
  }
  const auto found = hints_of_check("timeout: 4s, latency: {warn: 1s, fail: 5s}");
  REQUIRE(found.size() == 1);
  CHECK(found[0] == problem{{2, 47},
                            "latency: a run ends at its timeout of 4s, before it reaches the limit of 5s - lower "
                            "the limit, or raise timeout"});
}

TEST_CASE("hints: which hosts are another one") {
  struct row {
    std::string options;
    bool other;
  };
  for (const auto& [options, other] : {
           row{"where: 'wss://10.0.0.1/'", true},
           row{"where: 'ws://[fe80::1]/'", true},
           row{"where: 'ws://127.example/'", true},
           row{"servers: 'db:1'", true},
           row{"servers: ['127.0.0.1:1', 'db:1']", true},
           row{"servers: ['127.0.0.1:1', '[::1]:1']", false},
           row{"servers: 'unix:/run/x.sock'", false},
           row{"where: 'ws://localhost:8000/'", false},
           row{"where: 'ws://LOCALHOST./'", false},
           row{"where: 'ws://app.localhost/'", false},
           row{"where: 'ws://127.1.2.3/'", false},
           row{"where: 'ws://[::1]/'", false},
           row{"where: 'ws://db/', unix: /run/x.sock", false},
           row{"open: false", false},
       }) {
    CAPTURE(options);
    CHECK(hints_of_check(options + ", gates: [live]").empty() != other);
    CHECK(hints_of_check(options).empty());  // ready: nothing is restarted
  }
}

TEST_CASE("hints: a host from a variable is not shown") {
  const auto found = hints_of_check("where: 'ws://${HOST}/', gates: [live]");
  REQUIRE(found.size() == 1);
  CHECK(found[0].message.find("db.internal") == std::string::npos);
  CHECK(found[0].message.find("another host") != std::string::npos);
}

TEST_CASE("hints: they are sorted by location, and at most a hundred are kept") {
  std::string text = "checks:\n";
  for (int i = 0; i < 150; ++i) text += "- {name: a" + std::to_string(i) + ", type: door, open: true}\n";
  const auto found = hints_of(text);
  REQUIRE(found.size() == 101);
  CHECK(found[0].at.line == 2);
  CHECK(found[99].at.line == 101);
  CHECK(found[100].message == "and at least 50 more problems");
}
