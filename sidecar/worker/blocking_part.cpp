// Runs the blocking parts of async checks through the pool.
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "worker/worker_pool.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

// A run that the pool has not ended yet; the coroutine that waits for it may give up earlier.
struct pending_run {
  bool done = false;
  outcome found = outcome::fail(reason::timeout, "no answer from the worker in time");
  std::weak_ptr<asio::steady_timer> waiting;
};

class pool_part final : public blocking_part {
 public:
  pool_part(worker_pool& pool, worker_pool::task_id task) : pool_(pool), task_(task) {}

  asio::awaitable<outcome> run(steady_clock::time_point deadline) override {
    if (last_ && !last_->done) co_return outcome::fail(reason::stuck, "an earlier run in a worker has not ended");
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor, deadline);
    const auto pending = start(timer, deadline);
    constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
    co_await timer->async_wait(no_throw);
    co_return pending->found;
  }

 private:
  std::shared_ptr<pending_run> start(const std::shared_ptr<asio::steady_timer>& timer,
                                     steady_clock::time_point deadline) {
    last_ = std::make_shared<pending_run>();
    last_->waiting = timer;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    const auto limit = std::max(left, std::chrono::milliseconds(1));
    pool_.run(task_, limit, {}, [pending = last_](run_report report) {
      pending->done = true;
      pending->found = std::move(report.outcome);
      if (const auto waiting = pending->waiting.lock()) waiting->cancel();
    });
    return last_;
  }

  worker_pool& pool_;
  worker_pool::task_id task_;
  std::shared_ptr<pending_run> last_;
};

}  // namespace

std::unique_ptr<blocking_part> make_blocking_part(worker_pool& pool, worker_pool::task_id task) {
  return std::make_unique<pool_part>(pool, task);
}

}  // namespace telltale
