// Calls the callbacks of finished jobs from the event loop, never from inside a call of the pool.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "worker/job.hpp"

namespace telltale {

/// Callbacks may call the pool again. When a callback destroys the pool, the remaining callbacks are dropped.
class completions {
 public:
  explicit completions(boost::asio::io_context& context) : context_(context) {}

  void found(job, run_report);
  void resolved(job, resolution);
  /// A run or lookup that failed for the reason given in the sentence. The check's memory is unchanged.
  void failed(job, reason, std::string sentence, std::chrono::nanoseconds waited, std::chrono::nanoseconds duration);
  /// Calls the pending callbacks now instead of in the next loop iteration.
  void deliver() { deliver(ready_); }

 private:
  struct finished_run {
    worker_pool::run_done done;
    run_report report;
    void call() { done(std::move(report)); }
  };
  struct finished_lookup {
    worker_pool::resolve_done done;
    resolution answer;
    void call() { done(std::move(answer)); }
  };
  using answer = std::variant<finished_run, finished_lookup>;
  struct queues {
    std::vector<answer> waiting;
    std::vector<answer> spare;  ///< empty; keeps the capacity of an earlier loop iteration
  };
  void add(answer);
  static void deliver(const std::weak_ptr<queues>&);

  boost::asio::io_context& context_;
  std::shared_ptr<queues> ready_ = std::make_shared<queues>();
};

}  // namespace telltale
