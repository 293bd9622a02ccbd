// Tests checks that an option of another check adds, and the defaults of slow types.
#include <doctest/doctest.h>

#include "config/config.hpp"
#include "config/kept_checks.hpp"
#include "diagnostics/error_text.hpp"
#include "fakes/fake_checks.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

struct scan_options {
  file_path path;
  static options_of<scan_options> declared() {
    return options_of<scan_options>().required("path", &scan_options::path, "What to read.");
  }
};

struct group_options {
  std::chrono::milliseconds every{1h};
  static options_of<group_options> declared() {
    return options_of<group_options>().required("every", &group_options::every, "Time between two scans.");
  }
};

struct store_options {
  file_path path;
  std::optional<group_options> scan;
  std::optional<std::string> copy;
  std::vector<added_check> added_checks(const raw_value& written) const {
    std::vector<added_check> out;
    const auto add = [&](const char* option, std::vector<raw_member> entry) {
      out.push_back({option, "scan", raw_value::map(std::move(entry), written.find(option)->at)});
    };
    const auto& every = [&]() -> const raw_value& { return *written.find("scan")->find("every"); };
    if (scan) add("scan", {{"path", {}, *written.find("path")}, {"interval", {}, every()}});
    if (copy) add("copy", {{"path", {}, *written.find("copy")}});
    return out;
  }
  static options_of<store_options> declared() {
    return options_of<store_options>()
        .required("path", &store_options::path, "The store.")
        .optional("scan", &store_options::scan, "Adds a check that reads it.")
        .optional("copy", &store_options::copy, "Adds a check that reads its copy.");
  }
};

const check_table& table() {
  static const check_table types = [] {
    check_table out;
    out.push_back(blocking_type<fakes::check<scan_options>, scan_options>(
        {.name = "scan", .summary = "Reads all.", .cadence = {.interval = 6h, .timeout = 1min, .slow = true}}));
    out.push_back(blocking_type<fakes::check<store_options>, store_options>({.name = "store", .summary = "A store."}));
    return out;
  }();
  return types;
}

config good(const std::string& text) {
  auto parsed = parse_config(text, "t.yaml", table(), fakes::variables);
  if (const auto* errors = std::get_if<config_errors>(&parsed)) FAIL(to_text(*errors));
  return std::get<config>(std::move(parsed));
}

std::vector<problem> problems_in(const std::string& text) {
  const auto parsed = parse_config(text, "t.yaml", table(), fakes::variables);
  const auto* errors = std::get_if<config_errors>(&parsed);
  return errors ? errors->list : std::vector<problem>{};
}

std::vector<std::string> names_in(const config& conf) {
  std::vector<std::string> out;
  for (const auto& c : conf.checks) out.push_back(c.settings.name);
  return out;
}

}  // namespace

TEST_CASE("added checks: each follows its check, with the name of the option") {
  const auto conf = good(
      "checks:\n"
      "  - {name: db, type: store, path: /a, scan: {every: 2h}, copy: /b}\n"
      "  - {name: other, type: store, path: /c}\n");
  CHECK(names_in(conf) == std::vector<std::string>{"db", "db-scan", "db-copy", "other"});
  CHECK(conf.checks[1].type->name == "scan");
  CHECK(conf.checks[1].settings.type == "scan");
  CHECK(conf.checks[1].settings.interval == 2h);
  CHECK(conf.checks[1].options->find("path")->text == "/a");
  CHECK(conf.checks[2].settings.interval == 6h);
  CHECK(conf.checks[2].options->find("path")->text == "/b");
}

TEST_CASE("added checks: gates, severity and scope are those of the check, and other settings are not") {
  const auto conf = good(
      "checks:\n"
      "  - name: db\n"
      "    type: store\n"
      "    path: /a\n"
      "    gates: [startup, ready]\n"
      "    severity: info\n"
      "    scope: shared\n"
      "    interval: 3s\n"
      "    timeout: 1s\n"
      "    fall: 3\n"
      "    copy: /b\n");
  const auto& added = conf.checks.at(1).settings;
  CHECK(added.feeds(gate::startup));
  CHECK(added.feeds(gate::ready));
  CHECK_FALSE(added.feeds(gate::live));
  CHECK(added.effective_severity() == severity::info);
  CHECK(added.scope == scope::shared);
  CHECK(added.interval == 6h);
  CHECK(added.timeout == 1min);
  CHECK(added.fall == 1);
}

TEST_CASE("added checks: a reload that changes one keeps the other") {
  const auto before = good("checks: [{name: db, type: store, path: /a, copy: /b}]");
  const auto after = [&](const char* text) { return find_kept_checks(before, good(text)); };
  CHECK(after("checks: [{name: db, type: store, path: /a, copy: /c}]") == kept_checks{0, std::nullopt});
  CHECK(after("checks: [{name: db, type: store, path: /a}]") == kept_checks{0});
  CHECK(after("checks: [{name: db, type: store, path: /a}, {name: db-copy, type: scan, path: /b}]") ==
        kept_checks{0, 1});
}

TEST_CASE("added checks: a name that is taken is an error that names both places") {
  CHECK(
      problems_in("checks:\n"
                  "  - {name: db-copy, type: scan, path: /b}\n"
                  "  - {name: db, type: store, path: /a, copy: /b}\n") ==
      std::vector<problem>{{{3, 45}, "copy: 'db-copy' is already the name of the check in line 2 - names are unique"}});
  CHECK(problems_in("checks:\n"
                    "  - {name: db, type: store, path: /a, copy: /b}\n"
                    "  - {name: db-copy, type: scan, path: /b}\n") ==
        std::vector<problem>{{{3, 12},
                              "name: 'db-copy' is already the name of the check that copy in line 2 adds - names are "
                              "unique"}});
}

TEST_CASE("added checks: their own errors have the location of the option") {
  const std::string longest(60, 'a');
  const auto found = problems_in("checks:\n  - {name: " + longest + ", type: store, path: /a, copy: /b}\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].at == source_location{2, 103});
  CHECK(found[0].message.starts_with("name: '"));

  const auto short_interval = problems_in(
      "checks:\n"
      "  - name: db\n"
      "    type: store\n"
      "    path: /a\n"
      "    scan:\n"
      "      every: 30s\n");
  REQUIRE(short_interval.size() == 1);
  CHECK(short_interval[0].at == source_location{6, 14});
  CHECK(short_interval[0].message.starts_with("timeout: 1m is not below interval 30s"));
}

TEST_CASE("added checks: a check with an error adds none") {
  const auto found = problems_in("checks: [{name: db, type: store, path: /a, copy: /b, interval: 1ms}]");
  for (const auto& one : found) CHECK(one.message.find("db-copy") == std::string::npos);
  CHECK_FALSE(found.empty());
}

TEST_CASE("added checks: the value of a variable in the name is not shown") {
  const auto found = problems_in(
      "checks:\n"
      "  - {name: hunter2-copy, type: scan, path: /b}\n"
      "  - {name: '${SECRET}', type: store, path: /a, copy: /b}\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].message.find("hunter2") == std::string::npos);
}

TEST_CASE("slow types: the intervals of `defaults` are those of quick checks and do not apply") {
  const auto conf = good(
      "defaults: {interval: 1s, timeout: 500ms, failing_interval: 200ms, max_age: 2s, jitter: 0%, fall: 3}\n"
      "checks:\n"
      "  - {name: quick, type: store, path: /a}\n"
      "  - {name: slow, type: scan, path: /a}\n"
      "  - {name: set, type: scan, path: /a, interval: 2h, timeout: 5m, max_age: 1d}\n");
  CHECK(conf.checks[0].settings.interval == 1s);
  const auto& slow = conf.checks[1].settings;
  CHECK(slow.interval == 6h);
  CHECK(slow.timeout == 1min);
  CHECK(slow.effective_failing_interval() == 2s);
  CHECK(slow.effective_max_age() == 12h + 1min);
  CHECK(slow.jitter.value == 0);
  CHECK(slow.fall == 3);
  CHECK(conf.checks[2].settings.interval == 2h);
  CHECK(conf.checks[2].settings.timeout == 5min);
  CHECK(conf.checks[2].settings.effective_max_age() == 24h);
}
