// Implements waiting for a run in a worker.
#include "runner/worker_part.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace telltale {

namespace asio = boost::asio;
using std::chrono::steady_clock;

struct worker_part::pending_run {
  explicit pending_run(asio::steady_timer limit) : deadline(std::move(limit)) {}
  asio::steady_timer deadline;
  bool done = false;
  outcome found = outcome::fail(reason::timeout, "no answer from the worker in time");
};

asio::awaitable<outcome> worker_part::run(steady_clock::time_point deadline) {
  if (!in_worker_) co_return outcome::fail(reason::internal, "the check was removed");
  if (last_ && !last_->done) co_return outcome::fail(reason::stuck, "an earlier run in a worker has not ended");
  const auto executor = co_await asio::this_coro::executor;
  const auto pending = std::make_shared<pending_run>(asio::steady_timer(executor, deadline));
  last_ = pending;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
  auto finished = [pending](run_report report) {
    pending->done = true;
    pending->found = std::move(report.outcome);
    pending->deadline.cancel();
  };
  in_worker_->start(std::max(left, std::chrono::milliseconds(1)), std::move(finished));
  constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
  co_await pending->deadline.async_wait(no_throw);
  co_return pending->found;
}

}  // namespace telltale
