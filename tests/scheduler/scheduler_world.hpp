// A scheduler with a pool that the test controls and a listener that records results.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fakes/configs.hpp"
#include "fakes/fake_worker_pool.hpp"
#include "scheduler/scheduler.hpp"

namespace telltale::fakes {

using namespace std::chrono_literals;
namespace asio = boost::asio;

struct heard : run_listener {
  bool on_run(std::size_t check, run_report report, boot_clock::time_point when) override {
    ended.push_back(when);
    runs.emplace_back(check, report.outcome);
    return report.outcome.verdict == verdict::fail;
  }
  void on_stall(std::chrono::nanoseconds pause, boot_clock::time_point) override { pauses.push_back(pause); }
  void on_iteration(std::chrono::nanoseconds lag, boot_clock::time_point) override { lags.push_back(lag); }
  std::vector<std::pair<std::size_t, outcome>> runs;
  std::vector<boot_clock::time_point> ended;
  std::vector<std::chrono::nanoseconds> pauses;
  std::vector<std::chrono::nanoseconds> lags;  ///< of each loop iteration
};

/// Ends only when its timer fires, regardless of the deadline.
struct endless_check : async_check {
  asio::awaitable<outcome> probe(async_context ctx) override {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    asio::steady_timer timer(ctx.executor, 60s);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return outcome::pass("too late");
  }
};

inline check_type network_type(std::function<std::shared_ptr<async_check>(const raw_value&)> make) {
  check_type t;
  t.name = "websocket";
  t.make_async = std::move(make);
  return t;
}

struct world {
  explicit world(config c) : conf(std::move(c)), sched(io, conf, pool, names, listener, refused) {}
  /// Runs the loop until the condition holds; the limit only catches a hang.
  template <class Condition>
  void until(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < limit);
      io.run_one_for(1s);
    }
  }
  asio::io_context io;
  config conf;
  fake_worker_pool pool;
  no_names names;
  heard listener;
  problems refused;
  scheduler sched;
};

inline config with(std::vector<check_config> checks) {
  config out;
  out.checks = std::move(checks);
  for (auto& c : out.checks) {
    c.settings.interval = 100ms;
    c.settings.timeout = 20ms;
    c.settings.failing_interval = 100ms;
  }
  return out;
}

}  // namespace telltale::fakes
