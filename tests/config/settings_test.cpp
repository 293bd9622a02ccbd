// Tests defaults that depend on other settings, and the declarations.
#include "config/settings.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace telltale;
using namespace std::chrono_literals;

TEST_CASE("settings: a failing check runs every two seconds, or at its interval if that is shorter") {
  check_settings s;
  CHECK_EQ(s.effective_failing_interval(), 2s);
  s.interval = 500ms;
  CHECK_EQ(s.effective_failing_interval(), 500ms);
  s.failing_interval = 300ms;
  CHECK_EQ(s.effective_failing_interval(), 300ms);
}

TEST_CASE("settings: a result is stale after two intervals and a timeout") {
  check_settings s;
  CHECK_EQ(s.effective_max_age(), 22s);
  s.max_age = 1min;
  CHECK_EQ(s.effective_max_age(), 1min);
}

TEST_CASE("settings: a shared check is degraded unless severity is set") {
  check_settings s;
  CHECK_EQ(s.effective_severity(), severity::critical);
  s.scope = scope::shared;
  CHECK_EQ(s.effective_severity(), severity::degraded);
  s.severity = severity::critical;
  CHECK_EQ(s.effective_severity(), severity::critical);
}

TEST_CASE("settings: a check feeds ready unless gates is set") {
  check_settings s;
  CHECK(s.feeds(gate::ready));
  CHECK_FALSE(s.feeds(gate::live));
  s.gates = {gate::live, gate::startup};
  CHECK(s.feeds(gate::live));
  CHECK(s.feeds(gate::startup));
  CHECK_FALSE(s.feeds(gate::ready));
}

TEST_CASE("settings: a compact value stores a value, and nothing when it is empty") {
  check_settings one;
  CHECK(one.description->empty());
  one.description = "what it is about";
  auto other = one;
  other.description = "";
  CHECK(*one.description == "what it is about");
  CHECK(other.description->empty());
  other = one;
  CHECK(*other.description == *one.description);
  CHECK(sizeof(one.description) == sizeof(void*));
}

TEST_CASE("settings: each gate is listed once, in the order written") {
  const gate_list gates(std::vector{gate::startup, gate::live, gate::startup, gate::live});
  CHECK(gates == gate_list{gate::startup, gate::live});
  CHECK(gates.contains(gate::live));
  CHECK_FALSE(gates.contains(gate::ready));
}

TEST_CASE("settings: every option is documented by one sentence") {
  std::vector<option_info> all;
  for (const auto* infos :
       {&check_settings::declared_for_check().infos(), &check_settings::declared_for_defaults().infos(),
        &server_settings::declared().infos(), &tls_settings::declared().infos(), &listen_entry::declared().infos()})
    all.insert(all.end(), infos->begin(), infos->end());
  for (const auto& info : all) {
    INFO(info.name);
    CHECK(info.doc.ends_with("."));
    CHECK(info.doc.size() > 20);
    CHECK(info.doc.find(". ") == std::string::npos);
  }
}

TEST_CASE("settings: defaults have the options of a check, except those that identify it") {
  std::set<std::string> of_check;
  for (const auto& info : check_settings::declared_for_check().infos()) of_check.insert(info.name);
  for (const auto& info : check_settings::declared_for_defaults().infos()) CHECK(of_check.count(info.name) == 1);
  for (auto own : {"name", "type", "gates", "severity", "scope", "description", "links"}) {
    CHECK(of_check.count(own) == 1);
    for (auto name : check_settings::declared_for_defaults().names()) CHECK(name != own);
  }
}
