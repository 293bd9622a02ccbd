// A scheduler with runners that the test controls and a listener that records results.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "fakes/configs.hpp"
#include "fakes/fake_runners.hpp"
#include "scheduler/scheduler.hpp"

namespace telltale::fakes {

using namespace std::chrono_literals;
namespace asio = boost::asio;

struct heard : run_listener {
  bool on_run(std::size_t check, run_report report, boot_clock::time_point) override {
    runs.emplace_back(check, report.outcome);
    return report.outcome.verdict == verdict::fail;
  }
  void on_stall(std::chrono::nanoseconds pause, boot_clock::time_point) override { pauses.push_back(pause); }
  void on_iteration(std::chrono::nanoseconds lag, boot_clock::time_point) override { lags.push_back(lag); }
  std::vector<std::pair<std::size_t, outcome>> runs;
  std::vector<std::chrono::nanoseconds> pauses;
  std::vector<std::chrono::nanoseconds> lags;  ///< of each loop iteration
};

struct world {
  explicit world(config c) : conf(std::move(c)), sched(io, conf, runners, listener, refused) {}
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
  fake_runners runners;
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

inline check_type slow_type() {
  auto out = blocking_fake();
  out.cadence.slow = true;
  return out;
}

}  // namespace telltale::fakes
