#include "app/check_set.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <doctest/doctest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <telltale/async_check.hpp>

#include "fakes/configs.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

/// Fails as often as it is told, then passes; each run takes `takes`.
struct counting_check final : async_check {
  counting_check(int count, std::chrono::milliseconds span) : failures(count), takes(span) {}
  boost::asio::awaitable<outcome> probe(async_context ctx) override {
    ++runs;
    boost::asio::steady_timer timer(ctx.executor, takes);
    constexpr auto no_throw = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await timer.async_wait(no_throw);
    if (runs > failures) co_return outcome::pass("connected");
    co_return outcome::fail(reason::refused, "nobody listens");
  }
  int failures;
  std::chrono::milliseconds takes;
  int runs = 0;
};

struct fixture {
  explicit fixture(int failures, bool slow = false, std::chrono::milliseconds takes = {}) {
    type.name = "counting";
    type.cadence.slow = slow;
    type.make_async = [=, this](const raw_value&) {
      ++built;
      return check = std::make_shared<counting_check>(failures, takes);
    };
    conf.checks.push_back(fakes::check_named("db", type));
  }
  int built = 0;
  std::shared_ptr<counting_check> check;
  check_type type;
  config conf;
};

}  // namespace

TEST_CASE("check set: checks are built once and run once per call") {
  fixture f(2);
  check_set set(f.conf);
  CHECK(set.run_once().at(0).found == outcome::fail(reason::refused, "nobody listens"));
  CHECK(set.run_once().at(0).found.verdict == verdict::fail);
  CHECK(set.run_once().at(0).found == outcome::pass("connected"));
  CHECK(set.run_once().at(0).config.settings.name == "db");
  CHECK(f.check->runs == 4);
  CHECK(f.built == 1);
}

TEST_CASE("check set: a probe that overran has ended before the next run") {
  fixture f(0, false, 60s);
  f.conf.checks[0].settings.timeout = 10ms;
  check_set set(f.conf);
  for (int i = 1; i < 4; ++i) {
    CHECK(set.run_once().at(0).found.reason == reason::timeout);
    CHECK(f.check->runs == i);
  }
}

TEST_CASE("check set: a slow check that has passed is not run again, and keeps its result") {
  fixture f(1, true);
  check_set set(f.conf);
  CHECK(set.run_once().at(0).found.verdict == verdict::fail);
  for (int i = 0; i < 3; ++i) CHECK(set.run_once().at(0).found == outcome::pass("connected"));
  CHECK(f.check->runs == 2);
}

TEST_CASE("check set: without checks there are no results, and one that cannot be built is refused") {
  CHECK(check_set(config()).run_once().empty());
  fixture f(0);
  f.type.make_async = [](const raw_value&) -> std::shared_ptr<async_check> {
    throw std::runtime_error("the secret cannot be read");
  };
  CHECK_THROWS_WITH_AS(check_set(f.conf), "check 'db': the secret cannot be read", std::runtime_error);
}

TEST_CASE("check set: slow checks run one at a time, beside the others") {
  int running = 0;
  int most = 0;
  struct busy_check final : async_check {
    busy_check(int& now, int& peak) : running(now), most(peak) {}
    boost::asio::awaitable<outcome> probe(async_context ctx) override {
      most = std::max(most, ++running);
      boost::asio::steady_timer timer(ctx.executor, 20ms);
      constexpr auto no_throw = boost::asio::as_tuple(boost::asio::use_awaitable);
      co_await timer.async_wait(no_throw);
      --running;
      co_return outcome::pass("intact");
    }
    int& running;
    int& most;
  };
  for (const bool slow : {true, false}) {
    CAPTURE(slow);
    check_type type;
    type.name = "busy";
    type.cadence.slow = slow;
    type.make_async = [&](const raw_value&) { return std::make_shared<busy_check>(running, most); };
    config conf;
    for (const char* name : {"a", "b", "c"}) conf.checks.push_back(fakes::check_named(name, type));
    most = 0;
    check_set set(conf);
    for (const auto& each : set.run_once()) CHECK(each.found == outcome::pass("intact"));
    CHECK(most == (slow ? 1 : 3));
  }
}
