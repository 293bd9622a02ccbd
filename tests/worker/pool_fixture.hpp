// A pool of scripted workers with its event loop.
#pragma once

#include <dirent.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "worker/worker_pool.hpp"

namespace telltale::test {

using namespace std::chrono_literals;

inline worker_task scripted(std::string how, std::string arg = "", std::string file = "") {
  return {"script", raw_value::map({{"how", {}, raw_value::scalar(std::move(how))},
                                    {"arg", {}, raw_value::scalar(std::move(arg))},
                                    {"file", {}, raw_value::scalar(std::move(file))}})};
}

inline worker_pool_options test_options() {
  worker_pool_options options;
  options.program = TELLTALE_TEST_WORKER;
  return options;
}

class pool_fixture {
 public:
  explicit pool_fixture(worker_pool_options options = test_options()) : pool(make_worker_pool(context, options)) {}
  ~pool_fixture() {
    *open = false;
    if (!pool) return;
    pool->stop();
    context.restart();
    context.run_for(10s);
  }

  /// Runs the loop until the condition holds; false after too long.
  bool run_until(const std::function<bool()>& reached, std::chrono::milliseconds limit = 20s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    context.restart();
    while (!reached() && std::chrono::steady_clock::now() < end) {
      context.run_one_for(50ms);
      if (context.stopped()) context.restart();
    }
    return reached();
  }

  /// Submits without waiting; appends the report.
  void submit(worker_pool::task_id id, std::chrono::milliseconds timeout, std::vector<run_report>& into) {
    pool->run(id, timeout, {}, [&into, in = open](run_report report) {
      if (*in) into.push_back(std::move(report));
    });
  }
  /// Submits one run and waits for its report.
  run_report run(worker_pool::task_id id, std::chrono::milliseconds timeout = 10s, memory remembered = {}) {
    std::vector<run_report> got;
    pool->run(id, timeout, std::move(remembered), [&got, in = open](run_report report) {
      if (*in) got.push_back(std::move(report));
    });
    run_until([&] { return !got.empty(); });
    return got.empty() ? run_report{} : got.front();
  }
  run_report run(worker_task description, std::chrono::milliseconds timeout = 10s, memory remembered = {}) {
    const auto id = pool->add(std::move(description));
    auto out = run(id, timeout, std::move(remembered));
    pool->remove(id);
    return out;
  }
  resolution resolve(std::string host, std::uint16_t port, std::chrono::milliseconds timeout = 10s) {
    std::vector<resolution> got;
    pool->resolve(std::move(host), port, timeout, [&](resolution answer) { got.push_back(std::move(answer)); });
    run_until([&] { return !got.empty(); });
    return got.empty() ? resolution{} : got.front();
  }

  boost::asio::io_context context;
  std::unique_ptr<worker_pool> pool;

 private:
  /// False after the test has ended, because its variables are destroyed before this fixture.
  std::shared_ptr<bool> open = std::make_shared<bool>(true);
};

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

/// Neither running nor a zombie.
inline bool has_no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1; }

}  // namespace telltale::test
