// Calls the callbacks of finished jobs, from the loop and never from inside a call of the pool.
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

/// Callbacks may call the pool again, and may destroy it: then the remaining ones are dropped.
class answers {
 public:
  explicit answers(boost::asio::io_context& context) : context_(context) {}

  void found(job, run_report);
  void resolved(job, resolution);
  /// A run or a lookup that came to nothing; the sentence says why. What the check remembered stays as it was.
  void failed(job, reason, std::string sentence, std::chrono::nanoseconds waited, std::chrono::nanoseconds duration);
  /// Calls what has not been called yet, instead of in the loop's next turn.
  void deliver() { deliver(ready_); }

 private:
  struct answered_run {
    worker_pool::run_done done;
    run_report report;
    void call() { done(std::move(report)); }
  };
  struct answered_lookup {
    worker_pool::resolve_done done;
    resolution answer;
    void call() { done(std::move(answer)); }
  };
  using answer = std::variant<answered_run, answered_lookup>;
  struct queues {
    std::vector<answer> waiting;
    std::vector<answer> spare;  ///< empty, with the room of an earlier turn
  };
  void add(answer);
  static void deliver(const std::weak_ptr<queues>&);

  boost::asio::io_context& context_;
  std::shared_ptr<queues> ready_ = std::make_shared<queues>();
};

}  // namespace telltale
