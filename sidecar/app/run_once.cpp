// Implements running every check once.
#include "app/run_once.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>

#include "app/working_loop.hpp"
#include "scheduler/async_run.hpp"
#include "worker/worker_pool.hpp"

namespace telltale {
namespace {

class one_run {
 public:
  one_run(const config& conf, std::vector<check_result> before) : conf_(conf), results_(std::move(before)) {
    if (results_.empty())
      for (const auto& c : conf.checks) results_.push_back({c, {}, {}});
  }

  std::vector<check_result> run() {
    for (std::size_t i = 0; i < results_.size(); ++i)
      if (is_wanted(results_[i])) probe(i);
    if (unanswered_ > 0) io_.run();
    return std::move(results_);
  }

 private:
  static bool is_wanted(const check_result& earlier) {
    return !earlier.config.type->cadence.slow || earlier.found.verdict != verdict::pass;
  }

  void probe(std::size_t i) {
    const auto& c = conf_.checks[i];
    ++unanswered_;
    auto done = [this, i](run_report report) { take(i, std::move(report)); };
    blocking_part* part = nullptr;
    if (c.type->make_blocking) {
      const auto task = pool_->add({c.type->name, c.options, c.type->cadence.slow});
      if (!c.type->make_async) return pool_->run(task, c.settings.timeout, {}, done);
      part = parts_.emplace_back(make_blocking_part(*pool_, task)).get();
    }
    run_async(io_, build(c), c.settings.timeout, *names_, part, done, [] {});
  }

  static std::shared_ptr<async_check> build(const check_config& c) {
    try {
      return c.type->make_async(c.options);
    } catch (const std::exception& e) {
      throw std::runtime_error(fmt::format("check '{}': {}", c.settings.name, e.what()));
    }
  }

  void take(std::size_t i, run_report report) {
    results_[i].found = std::move(report.outcome);
    results_[i].duration = report.duration;
    if (--unanswered_ == 0) io_.stop();  // a probe that overran may still be ending; it is not awaited
  }

  const config& conf_;
  std::vector<check_result> results_;
  std::size_t unanswered_ = 0;
  boost::asio::io_context io_{1};
  std::unique_ptr<worker_pool> pool_ = make_worker_pool(require_working(io_));
  std::unique_ptr<name_resolver> names_ = make_name_resolver(*pool_);
  std::vector<std::unique_ptr<blocking_part>> parts_;
};

}  // namespace

std::vector<check_result> run_once(const config& conf, std::vector<check_result> before) {
  if (conf.checks.empty()) return {};
  return one_run(conf, std::move(before)).run();
}

}  // namespace telltale
