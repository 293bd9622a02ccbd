// Connects the dispatcher with worker processes and the event loop: events, one timer, finished jobs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "worker/dispatcher.hpp"

namespace telltale {

/// Knows nothing of checks. Handlers hold a weak pointer to the pool, because a job that is delivered may destroy it.
class process_pool : public std::enable_shared_from_this<process_pool> {
 public:
  process_pool(boost::asio::io_context&, const worker_pool_options&);

  /// Never delivers a job from inside this call. Jobs submitted in one loop iteration may share a worker.
  void submit(job_ptr);
  /// Delivers a job that was not accepted.
  void refuse(job_ptr, std::string sentence);
  std::shared_ptr<task> shared_task(std::shared_ptr<task> made) const {
    return dispatcher_.shared_task(std::move(made));
  }
  worker_counts counts() const { return dispatcher_.counts(); }
  void stop();

 private:
  template <class Handler>
  auto if_alive(Handler);
  void deliver_soon(std::vector<job_ptr>);
  void proceed();

  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  dispatcher::time_point armed_for_ = dispatcher::time_point::max();
  bool dispatch_posted_ = false;
  dispatcher dispatcher_;
};

}  // namespace telltale
