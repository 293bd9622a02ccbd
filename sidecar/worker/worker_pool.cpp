// Implements the pool's interface over its core, which handlers may keep alive longer.
#include "worker/worker_pool.hpp"

#include <utility>

#include "worker/pool_core.hpp"

namespace telltale {
namespace {

class process_pool final : public worker_pool {
 public:
  process_pool(boost::asio::io_context& context, worker_pool_options options)
      : core_(std::make_shared<pool_core>(context, std::move(options))) {}

  task_id add(worker_task description) override { return core_->add(std::move(description)); }
  void remove(task_id id) override { core_->remove(id); }
  void run(task_id id, std::chrono::milliseconds timeout, run_input input, run_done done) override {
    core_->run(id, timeout, std::move(input), std::move(done));
  }
  void resolve(std::string host, std::uint16_t port, std::chrono::milliseconds timeout, resolve_done done) override {
    core_->resolve(std::move(host), port, timeout, std::move(done));
  }
  void collect() override { core_->collect(); }
  worker_counts counts() const override { return core_->counts(); }
  void stop() override { core_->stop(); }

 private:
  std::shared_ptr<pool_core> core_;
};

}  // namespace

std::unique_ptr<worker_pool> make_worker_pool(boost::asio::io_context& context, worker_pool_options options) {
  return std::make_unique<process_pool>(context, std::move(options));
}

}  // namespace telltale
