// Tests valid configurations: every accepted form of YAML gives the expected values.
#include "config/config.hpp"

#include <doctest/doctest.h>

#include "config/parsed.hpp"
#include "diagnostics/error_text.hpp"

using namespace telltale;
using namespace std::chrono_literals;
using fakes::good;

TEST_CASE("config: the example of the design is accepted") {
  const auto c = good(R"(server:
  listen: 0.0.0.0:9640            # or a list; [::]:9640; unix:/run/telltale.sock
  details: full                   # full | names | none, for clients that are neither loopback nor authorised
  # token: {file: /run/secrets/telltale-token}
  # tls: {cert: /tls/tls.crt, key: /tls/tls.key}
  drain_delay: 5s
  shutdown_timeout: 25s
defaults: {interval: 10s, timeout: 2s}
checks:
  - {name: db, type: sqlite, path: /data/app.db, wal_backlog: {warn: 64MiB, fail: 512MiB}}
  - {name: data, type: disk, path: /data, warn: 80%, fail: 90%}
  - {name: updates, type: websocket, url: "ws://127.0.0.1:8000/ws", severity: degraded}
  - {name: model, type: marker, path: /models/.loaded, gates: [startup, ready], newer_than: boot}
)");
  CHECK_EQ(c.source, "t.yaml");
  CHECK_EQ(c.server.listen, std::vector<listen_entry>{"0.0.0.0:9640"});
  REQUIRE_EQ(c.checks.size(), 4);
  CHECK_EQ(c.checks[0].settings.name, "db");
  CHECK_EQ(c.checks[0].type, find_type(fakes::table(), "sqlite"));
  CHECK_EQ(c.checks[0].at, source_location{10, 5});
  CHECK_EQ(c.checks[0].options->members.size(), 2);
  CHECK_EQ(c.checks[0].options->find("path")->text, "/data/app.db");
  CHECK_EQ(c.checks[0].options->find("name"), nullptr);
  CHECK_EQ(c.checks[2].settings.effective_severity(), severity::degraded);
  CHECK(c.checks[3].settings.feeds(gate::startup));
  CHECK_FALSE(c.checks[3].settings.feeds(gate::live));
}

TEST_CASE("config: every option of a check and of the server gets its value") {
  const auto c = good(R"(
server:
  listen: ["127.0.0.1:0", "[::1]:9640", localhost:80, unix:/run/telltale.sock]
  details: names
  token: {file: /run/token}
  tls: {cert: /tls/crt, key: /tls/key}
  drain_delay: 1s
  shutdown_timeout: 1m30s
checks:
  - name: a.b-c_0
    type: disk
    path: /data
    gates: [live, startup]
    severity: info
    scope: local
    interval: 1h
    timeout: 500ms
    failing_interval: 30s
    initial_delay: 5s
    jitter: 50%
    rise: 3
    fall: 100
    max_age: 2h
    description: The application's own volume
    links: {runbook: "https://example.com/r", dashboard: http://example.com/d}
)");
  CHECK_EQ(c.server.listen,
           std::vector<listen_entry>{"127.0.0.1:0", "[::1]:9640", "127.0.0.1:80", "unix:/run/telltale.sock"});
  CHECK_EQ(c.server.details, details::names);
  CHECK_EQ(c.server.token, secret::from_file("/run/token"));
  CHECK_EQ(c.server.tls->cert.text, "/tls/crt");
  CHECK_EQ(c.server.drain_delay, 1s);
  CHECK_EQ(c.server.shutdown_timeout, 90s);
  REQUIRE_EQ(c.checks.size(), 1);
  const auto& s = c.checks[0].settings;
  CHECK_EQ(s.name, "a.b-c_0");
  CHECK(s.gates == gate_list{gate::live, gate::startup});
  CHECK_EQ(s.severity, severity::info);
  CHECK_EQ(s.interval, 1h);
  CHECK_EQ(s.timeout, 500ms);
  CHECK_EQ(s.failing_interval, 30s);
  CHECK_EQ(s.initial_delay, 5s);
  CHECK_EQ(s.jitter.value, 50);
  CHECK_EQ(s.rise, 3);
  CHECK_EQ(s.fall, 100);
  CHECK_EQ(s.max_age, 2h);
  CHECK_EQ(*s.description, "The application's own volume");
  CHECK_EQ(s.links->at("runbook"), "https://example.com/r");
}

TEST_CASE("config: options that a check does not set come from defaults, then from the program") {
  const auto c = good(R"(
defaults: {interval: 30s, rise: 2, max_age: 5m}
checks:
  - {name: a, type: disk, path: /}
  - {name: b, type: disk, path: /, interval: 1m, rise: 1}
)");
  CHECK_EQ(c.checks[0].settings.interval, 30s);
  CHECK_EQ(c.checks[0].settings.timeout, 2s);
  CHECK_EQ(c.checks[0].settings.rise, 2);
  CHECK_EQ(c.checks[0].settings.effective_max_age(), 5min);
  CHECK_EQ(c.checks[1].settings.interval, 1min);
  CHECK_EQ(c.checks[1].settings.rise, 1);
  CHECK_EQ(c.server.listen, std::vector<listen_entry>{"127.0.0.1:9640"});
}

TEST_CASE("config: the type's interval and timeout apply when the configuration does not set them") {
  auto types = fakes::table();
  for (auto& type : types)
    if (type.name == "disk") type.cadence = {1min, 20s};
  const auto settings_of = [&](const std::string& text) {
    auto result = parse_config(text, "t.yaml", types, fakes::variables);
    REQUIRE(std::holds_alternative<config>(result));
    return std::get<config>(result).checks.back().settings;
  };
  const std::string check = "checks: [{name: a, type: disk, path: /}]";
  CHECK_EQ(settings_of(check).interval, 1min);
  CHECK_EQ(settings_of(check).timeout, 20s);
  CHECK_EQ(settings_of(check).effective_max_age(), 140s);
  CHECK_EQ(settings_of("checks: [{name: a, type: disk, path: /, timeout: 3s}]").timeout, 3s);
  CHECK_EQ(settings_of("checks: [{name: a, type: disk, path: /, timeout: 3s}]").interval, 1min);
  CHECK_EQ(settings_of("defaults: {interval: 30s}\n" + check).interval, 30s);
  CHECK_EQ(settings_of("defaults: {interval: 30s}\n" + check).timeout, 20s);
  CHECK_EQ(settings_of("checks: [{name: m, type: marker, path: /m}]").interval, 10s);
}

TEST_CASE("config: a failing interval below the timeout is valid, since runs of a check never overlap") {
  const auto c = good("checks: [{name: a, type: disk, path: /, timeout: 5s, failing_interval: 1s}]");
  CHECK_EQ(c.checks[0].settings.effective_failing_interval(), 1s);
}

TEST_CASE("config: no checks are valid with ready_without_checks") {
  CHECK(good("ready_without_checks: true").checks.empty());
  CHECK(good("checks: []\nready_without_checks: true").ready_without_checks);
  CHECK(good("checks:\n  # none yet\nready_without_checks: true").checks.empty());
}

struct form {
  std::string title;
  std::string text;
};

const form forms[] = {
    {"a list at the column of its key", "checks:\n- name: a\n  type: disk\n  path: /data\n"},
    {"an indented list", "checks:\n    -   name: a\n        type: disk\n        path: /data\n"},
    {"a dash on its own line", "checks:\n  -\n    name: a\n    type: disk\n    path: /data\n"},
    {"braces", "checks:\n  - {name: a, type: disk, path: /data}\n"},
    {"a comma at the end", "checks: [{name: a, type: disk, path: /data,},]\n"},
    {"brackets over several lines",
     "checks: [\n  {\n    name: a,\n    type: disk, # comment\n\n    path: /data\n  }\n]\n"},
    {"brackets at the start of a line", "checks: [\n{name: a, type: disk, path: /data},\n]\n"},
    {"JSON", R"({"checks": [{"name": "a", "type": "disk", "path": "\/data"}]})"},
    {"JSON without spaces", R"({"checks":[{"name":"a","type":"disk","path":"/data"}]})"},
    {"JSON indented by tabs",
     "{\n\t\"checks\": [\n\t\t{\"name\": \"a\", \"type\": \"disk\", \"path\": \"/data\"}\n\t]\n}\n"},
    {"quoted keys and values", "\"checks\":\n  - 'name': \"a\"\n    'type' : 'disk'\n    path: \"\\x2Fdata\"\n"},
    {"Windows line ends", "checks:\r\n  - name: a\r\n    type: disk\r\n    path: /data\r\n"},
    {"a byte order mark",
     "\xEF\xBB\xBF"
     "checks:\n  - {name: a, type: disk, path: /data}\n"},
    {"no line break at the end", "checks:\n  - {name: a, type: disk, path: /data}"},
    {"document marks", "# a comment\n---\nchecks:\n  - {name: a, type: disk, path: /data}\n...\n# the end\n"},
    {"comments everywhere",
     "# 'one\nchecks: # \"two\n  # three: [\n  - name: a # four\n# five {\n    type: disk\t# six\n    path: /data\n"},
    {"values on lines of their own", "checks:\n  - name:\n      a\n    type:\n      'disk'\n    path:\n      /data\n"},
    {"brackets on a line of their own", "checks:\n  [{name: a, type: disk, path: /data}]\n"},
    {"a tab between key and value", "checks:\n  - name:\ta\n    type: \tdisk\n    path:  /data \t\n"},
    {"a text block", "checks:\n  - name: a\n    type: disk\n    path: |\n      /data\n"},
    {"a folded text block", "checks:\n  - name: a\n    type: disk\n    path: >-\n      /data\n"},
    {"variables", "checks:\n  - name: a\n    type: ${NOPE:-disk}\n    path: ${DATA_DIR}${EMPTY:-}\n"},
    {"variables in quotes", "checks:\n  - {name: a, type: 'disk', path: \"${DATA_DIR:?must be set}\"}\n"},
    {"empty lines with blanks", "checks:\n   \n  - name: a\n\t\n    type: disk\n \t \n    path: /data\n\n\n"},
    {"a null elsewhere", "checks:\n  - {name: a, type: disk, path: /data}\nready_without_checks: false\n"},
};

TEST_CASE("config: every valid form of YAML gives the same configuration") {
  for (const auto& f : forms) {
    INFO(f.title);
    const auto c = good(f.text);
    REQUIRE_EQ(c.checks.size(), 1);
    CHECK_EQ(c.checks[0].settings.name, "a");
    CHECK_EQ(c.checks[0].type, find_type(fakes::table(), "disk"));
    REQUIRE(c.checks[0].options->find("path"));
    CHECK_EQ(c.checks[0].options->find("path")->text, "/data");
  }
}

const form texts[] = {
    {"plain: with a colon", "a:b"},
    {"plain with a hash", "a#b"},
    {"plain with quotes inside", "it's 5\" wide"},
    {"plain with brackets", "a [b] {c}, d"},
    {"plain with a question mark", "why?"},
    {"plain that starts with a dash", "-v"},
    {"plain that looks like a number", "010"},
    {"plain that looks like a boolean", "no"},
    {"plain with other scripts", "größe 日本 ✓"},
    {"plain with a percent sign inside", "100%"},
    {"plain with a backslash", "C:\\data"},
    {"plain with an ampersand", "a & b"},
};

TEST_CASE("config: plain text is unchanged") {
  for (const auto& t : texts) {
    INFO(t.title);
    const auto c =
        good("checks:\n  - name: a\n    type: disk\n    path: /\n    description: " + t.text + "  # comment\n");
    REQUIRE_EQ(c.checks.size(), 1);
    CHECK_EQ(*c.checks[0].settings.description, t.text);
  }
}

TEST_CASE("config: text blocks keep their lines without the last line break") {
  const auto c = good(
      "checks:\n  - name: a\n    type: disk\n    path: /\n    description: |\n      one: 'two\n\n        - three\n"
      "      # four\n  - name: b\n    type: disk\n    path: /\n    description: >\n      one\n      two\n");
  REQUIRE_EQ(c.checks.size(), 2);
  CHECK_EQ(*c.checks[0].settings.description, "one: 'two\n\n  - three\n# four");
  CHECK_EQ(*c.checks[1].settings.description, "one two");
}

TEST_CASE("config: problems are sorted by location, and at most the first hundred are listed") {
  std::string text = "checks:\n";
  for (int i = 0; i < 150; ++i) text += "  - {name: a" + std::to_string(i) + ", type: disk}\n";
  const auto result = parse_config(text, "t.yaml", fakes::table(), fakes::variables);
  const auto& list = std::get<config_errors>(result).list;
  REQUIRE_EQ(list.size(), 101);
  for (std::size_t i = 0; i < 100; ++i) CHECK_EQ(list[i].at, source_location{static_cast<int>(i) + 2, 5});
  CHECK_EQ(list[100].message, "and at least 50 more problems");
}

TEST_CASE("config: the result does not depend on the process environment") {
  const auto result = parse_config("checks: [{name: a, type: disk, path: '${HOME}'}]", "t.yaml", fakes::table(), {});
  CHECK_EQ(to_text(std::get<config_errors>(result)).find("t.yaml:1:38: variable HOME is not set"), 0);
}

TEST_CASE("config: an address may serve a subset of the paths") {
  const auto c = good(R"(
server:
  token: {file: /run/token}
  metrics: token
  listen:
    - {address: 0.0.0.0:9640, serves: gates}
    - {address: "localhost:9641", serves: [metrics, checks]}
    - unix:/run/telltale.sock
checks: [{name: a, type: disk, path: /}]
)");
  REQUIRE_EQ(c.server.listen.size(), 3);
  CHECK_EQ(c.server.metrics, metrics_access::token);
  CHECK_EQ(c.server.listen[0].address, "0.0.0.0:9640");
  CHECK(c.server.listen[0].does_serve(served::gates));
  CHECK_FALSE(c.server.listen[0].does_serve(served::metrics));
  CHECK_FALSE(c.server.listen[0].does_serve(served::checks));
  CHECK_EQ(c.server.listen[1].address, "127.0.0.1:9641");
  CHECK_FALSE(c.server.listen[1].does_serve(served::gates));
  CHECK_EQ(c.server.listen[2], listen_entry("unix:/run/telltale.sock"));
}

TEST_CASE("config: the value of a variable is parsed by its text, quoted or not, in brackets or not") {
  const environment words = [](std::string_view name) -> std::optional<std::string> {
    if (name == "YES") return "true";
    if (name == "NO") return "false";
    if (name == "HALF") return "tr";
    if (name == "TWO") return "2";
    return std::nullopt;
  };
  struct row {
    std::string written;
    bool expected;
  };
  for (const auto& [written, expected] : {
           row{"watch: ${YES}", true},
           row{"watch: \"${YES}\"", true},
           row{"watch: '${NO}'", false},
           row{"watch: \"${NOPE:-true}\"", true},
           row{"watch: \"${HALF}ue\"", true},
           row{"watch: |\n  ${YES}", true},
           row{"defaults: {rise: \"${TWO}\", fall: '${TWO}'}\nwatch: true", true},
       }) {
    CAPTURE(written);
    const auto result = parse_config("ready_without_checks: true\n" + written + "\n", "t.yaml", fakes::table(), words);
    REQUIRE(std::holds_alternative<config>(result));
    CHECK_EQ(std::get<config>(result).watch, expected);
    // The same in braces, where a variable must be quoted.
    if (written.find(": ${") != std::string::npos || written.find('|') != std::string::npos) continue;
    auto flow = "{ready_without_checks: \"${YES}\", " + written + "}\n";
    if (const auto line = flow.find('\n'); line + 1 < flow.size()) flow[line] = ',';
    const auto braces = parse_config(flow, "t.yaml", fakes::table(), words);
    REQUIRE(std::holds_alternative<config>(braces));
    CHECK_EQ(std::get<config>(braces).watch, expected);
  }
}
