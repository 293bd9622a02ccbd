// Implements runs in workers: passes the state from run to run, and drops the results of removed checks.
#include "runner/process_runner.hpp"

#include <utility>

namespace telltale {
namespace {

/// What a runner hands over to its successor at a reload.
struct pool_task {
  pool_task(worker_pool& owner, const check_config& check)
      : pool(owner), id(pool.add({check.type->name, check.options, check.type->cadence.slow})) {}
  ~pool_task() { pool.remove(id); }
  pool_task(const pool_task&) = delete;
  pool_task& operator=(const pool_task&) = delete;

  worker_pool& pool;
  worker_pool::task_id id;
  telltale::memory memory;
};

class process_runner final : public check_runner {
 public:
  process_runner(worker_pool& pool, const check_config& check) : task_(std::make_shared<pool_task>(pool, check)) {}

  void start(std::chrono::milliseconds timeout, run_done done) override {
    auto finished = [weak = std::weak_ptr(task_), done = std::move(done)](run_report report) {
      const auto task = weak.lock();
      if (!task) return;
      task->memory = std::move(report.memory);
      done(std::move(report));
    };
    task_->pool.run(task_->id, timeout, task_->memory, std::move(finished));
  }

  void continue_from(check_runner& before) override { task_ = std::move(dynamic_cast<process_runner&>(before).task_); }
  bool coalesces() const override { return true; }

 private:
  std::shared_ptr<pool_task> task_;
};

}  // namespace

std::unique_ptr<check_runner> make_process_runner(worker_pool& pool, const check_config& check) {
  return std::make_unique<process_runner>(pool, check);
}

}  // namespace telltale
