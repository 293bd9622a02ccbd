// A worker pool without processes: it records requests, and the test completes them.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "worker/worker_pool.hpp"

namespace telltale::fakes {

class fake_worker_pool : public worker_pool {
 public:
  struct asked {
    task_id task;
    std::chrono::milliseconds timeout;
    telltale::memory memory;
    run_done done;
  };

  task_id add(worker_task task) override {
    tasks.push_back(std::move(task));
    return tasks.size() - 1;
  }
  void remove(task_id task) override { removed.push_back(task); }
  void run(task_id task, std::chrono::milliseconds timeout, telltale::memory state, run_done done) override {
    runs.push_back({task, timeout, std::move(state), std::move(done)});
  }
  void resolve(std::string, std::uint16_t, std::chrono::milliseconds, resolve_done) override {}
  worker_counts counts() const override { return {}; }
  void stop() override {}

  /// Completes the oldest pending run.
  void answer(outcome found, telltale::memory remembered = {}) {
    auto run = std::move(runs.front());
    runs.erase(runs.begin());
    run_report report;
    report.outcome = std::move(found);
    report.memory = std::move(remembered);
    run.done(std::move(report));
  }

  std::vector<worker_task> tasks;
  std::vector<task_id> removed;
  std::vector<asked> runs;
};

/// A resolver that resolves no name.
class no_names : public name_resolver {
 public:
  boost::asio::awaitable<resolution> resolve(std::string, std::uint16_t,
                                             std::chrono::steady_clock::time_point) override {
    co_return resolution{};
  }
};

}  // namespace telltale::fakes
