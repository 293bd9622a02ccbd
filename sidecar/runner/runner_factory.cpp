// Selects the kind of runner for each check.
#include "runner/runner_factory.hpp"

#include <exception>

#include "runner/loop_runner.hpp"
#include "runner/name_resolver.hpp"
#include "runner/process_runner.hpp"

namespace telltale {
namespace {

class own_workers final : public runner_factory {
 public:
  explicit own_workers(boost::asio::io_context& io) : io_(io), pool_(make_worker_pool(io)) {}

  std::unique_ptr<check_runner> make(const check_config& check) override {
    if (check.type->make_async) return make_loop_runner(io_, *pool_, *names_, check);
    return make_process_runner(*pool_, check);
  }
  worker_counts counts() const override { return pool_->counts(); }
  void stop() override { pool_->stop(); }

 private:
  boost::asio::io_context& io_;
  std::unique_ptr<worker_pool> pool_;
  std::unique_ptr<name_resolver> names_ = make_name_resolver(*pool_);
};

}  // namespace

std::unique_ptr<runner_factory> make_runner_factory(boost::asio::io_context& io) {
  return std::make_unique<own_workers>(io);
}

check_runners make_runners(runner_factory& factory, const config& conf, problems& refused) {
  check_runners out;
  out.reserve(conf.checks.size());
  for (const auto& check : conf.checks) try {
      out.push_back(factory.make(check));
    } catch (const std::exception& e) {
      out.push_back(nullptr);
      refused.add(check.at, e.what());
    }
  return out;
}

}  // namespace telltale
