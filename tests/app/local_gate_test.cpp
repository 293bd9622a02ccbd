#include "app/local_gate.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <doctest/doctest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <telltale/async_check.hpp>

using namespace telltale;
using namespace std::chrono_literals;

namespace {

/// The outcomes of the runs of a check, the last one repeated; each run takes `takes`.
struct script {
  std::vector<outcome> outcomes;
  std::chrono::milliseconds takes{0};
  std::size_t runs = 0;
};

class scripted_check final : public async_check {
 public:
  explicit scripted_check(script& lines) : lines_(lines) {}
  boost::asio::awaitable<outcome> probe(async_context ctx) override {
    boost::asio::steady_timer timer(ctx.executor, lines_.takes);
    constexpr auto no_throw = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await timer.async_wait(no_throw);
    co_return lines_.outcomes[std::min(lines_.runs++, lines_.outcomes.size() - 1)];
  }

 private:
  script& lines_;
};

check_type type_of(script& lines) {
  check_type out;
  out.name = "scripted";
  out.make_async = [&lines](const raw_value&) { return std::make_shared<scripted_check>(lines); };
  return out;
}

check_config check_of(const check_type& type, gate_list gates, severity level = severity::critical) {
  check_config out;
  out.settings.name = "db";
  out.settings.type = "scripted";
  out.settings.gates = gates;
  out.settings.severity = level;
  out.settings.failing_interval = 100ms;
  out.type = &type;
  return out;
}

config config_of(check_config check) {
  config out;
  out.source = "deps.yaml";
  out.checks.push_back(std::move(check));
  return out;
}

const auto refused = outcome::fail(reason::refused, "nobody listens");
const auto denied = outcome::fail(reason::auth, "wrong password");

/// Runs the checks until the gate passes; returns the number of changes.
int asks_until_passed(local_gate& own) {
  int asks = 1;
  while (!own.ask(60s).passes) {
    own.run_for(60s);  // returns at the next change
    REQUIRE(++asks < 10);
  }
  return asks;
}

}  // namespace

TEST_CASE("local gate: the first answer has the results of the first runs") {
  script lines{{refused}, 50ms};
  const auto type = type_of(lines);
  local_gate own(config_of(check_of(type, {gate::ready})), gate::ready);
  CHECK(own.ask(0ms).text == "[?]db pending\nready check failed\nno result yet: db (type scripted, timeout 2s)\n");
  const auto found = own.ask(60s);
  CHECK_FALSE(found.passes);
  CHECK_FALSE(found.permanent);
  CHECK(found.text == "[-]db fail refused: nobody listens\nready check failed\n");
}

TEST_CASE("local gate: a failing check runs again until it passes, and each change ends the wait") {
  script lines{{refused, refused, outcome::pass("connected")}};
  const auto type = type_of(lines);
  local_gate own(config_of(check_of(type, {gate::ready})), gate::ready);
  CHECK(asks_until_passed(own) == 2);
  CHECK(lines.runs == 3);
}

TEST_CASE("local gate: rise counts after a failure, as in the sidecar") {
  script lines{{refused, outcome::pass("connected")}};
  const auto type = type_of(lines);
  auto check = check_of(type, {gate::ready});
  check.settings.rise = 3;
  local_gate own(config_of(std::move(check)), gate::ready);
  asks_until_passed(own);
  CHECK(lines.runs == 4);
}

TEST_CASE("local gate: a failure of severity degraded does not hold the gate back, and is never permanent") {
  script lines{{denied}};
  const auto type = type_of(lines);
  local_gate own(config_of(check_of(type, {gate::ready}, severity::degraded)), gate::ready);
  const auto found = own.ask(60s);
  CHECK(found.passes);
  CHECK_FALSE(found.permanent);
}

TEST_CASE("local gate: wrong credentials of a critical check are permanent") {
  script lines{{denied}};
  const auto type = type_of(lines);
  local_gate own(config_of(check_of(type, {gate::ready})), gate::ready);
  CHECK(own.ask(60s).permanent);
}

TEST_CASE("local gate: a gate without a check, and a check that cannot be built, are refused") {
  script lines{{refused}};
  auto type = type_of(lines);
  CHECK_THROWS_WITH_AS(local_gate(config_of(check_of(type, {gate::startup})), gate::ready),
                       "no check in deps.yaml feeds the gate ready", std::runtime_error);
  type.make_async = [](const raw_value&) -> std::shared_ptr<async_check> {
    throw std::runtime_error("the secret cannot be read");
  };
  CHECK_THROWS_WITH_AS(local_gate(config_of(check_of(type, {gate::ready})), gate::ready),
                       "deps.yaml: check 'db': the secret cannot be read\n", std::runtime_error);
  CHECK(lines.runs == 0);
}

TEST_CASE("local gate: a gate that passes before the first run is waited for all the same") {
  script lines{{refused, outcome::pass("connected")}, 20ms};
  for (const bool slow : {false, true}) {
    CAPTURE(slow);
    lines.runs = 0;
    auto type = type_of(lines);
    type.cadence.slow = slow;
    const auto which = slow ? gate::ready : gate::live;  // both pass while the check is pending
    local_gate own(config_of(check_of(type, gate_list{which})), which);
    CHECK_FALSE(own.ask(0ms).passes);
    CHECK_FALSE(own.ask(60s).passes);
    asks_until_passed(own);
    CHECK(lines.runs == 2);
  }
}
